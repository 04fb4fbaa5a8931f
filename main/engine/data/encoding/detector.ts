// Asks the detector, which has a thread of its own: its statistics take 100 ms to load, longer than anybody may wait.
import { inThread } from '../in-thread.ts'

export interface Candidate {
  /** As the detector names it. */
  readonly name: string
  /** 0 to 1. */
  readonly confidence: number
}

const detect = inThread<Uint8Array, readonly Candidate[]>(new URL('./thread.ts', import.meta.url), 30_000)

/** The likeliest first; none where the detector fails. */
export const candidatesFor = (bytes: Uint8Array): Promise<readonly Candidate[]> => detect(bytes).catch(() => [])
