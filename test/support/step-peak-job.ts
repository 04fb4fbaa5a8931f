// The job of test/support/step-peak.ts.
import type { MemoryName } from '../../main/contract/settings.ts'

export interface StepPeakJob {
  readonly rows: number
  /** Tokens a row, virtual ones included. */
  readonly length: number
  readonly memory: MemoryName
}

export const stepPeakSettings = { method: 'prompt-tuning', placement: 'start', tokens: 8, tail: 1 } as const
