// What the long work of a run is called in its progress events, by which whoever waits tells its parts apart.
import type { BaselineName, Subject } from './records.ts'

export const stages = {
  initialising: 'initialising',
  validating: 'checking the validation set',
  texts: 'reading the texts (KV cache)',
  testTexts: 'reading the test set (KV cache)',
  calibrating: 'calibrating on the validation set',
  choosing: 'choosing a hand-written prompt',
  measuring: 'measuring the prompt',
} as const

/** Answering the test set. */
export const evaluatingWith = (subject: Subject): string => `evaluating with ${subject}`

/** Learning by a baseline, and answering the test set. */
export const comparingWith = (name: BaselineName): string => `comparing with a ${name}`
