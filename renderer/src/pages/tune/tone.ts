// The tone (colour) of each state of a run, the same on all pages.
import type { RunState } from '../../../../main/contract/records.ts'

export const toneOf: Readonly<Record<RunState, 'neutral' | 'good' | 'warn' | 'danger' | 'accent'>> = {
  queued: 'neutral',
  running: 'accent',
  stopped: 'warn',
  finished: 'good',
  diverged: 'danger',
  failed: 'danger',
  interrupted: 'warn',
}
