// How a run's state looks, the same everywhere.
import type { RunState } from '../../../../main/contract/records.ts'

export const toneOf: Readonly<Record<RunState, 'neutral' | 'good' | 'warn' | 'danger' | 'accent'>> = {
  queued: 'neutral',
  running: 'accent',
  stopped: 'warn',
  finished: 'good',
  failed: 'danger',
  interrupted: 'warn',
}
