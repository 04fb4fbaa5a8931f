// The settings that a new sweep offers, and the values to choose among.
import type { Input } from '../../../../../main/contract/service.ts'

export type Vary = Input<'sweeps.start'>['vary']

/** What a person may choose several of; texts to start from are written. */
export const sweptFields = [
  { name: 'tokens', values: [8, 16, 32] },
  { name: 'init', values: ['text', 'labels', 'vocab', 'random'] },
  { name: 'learningRate', values: [0.01, 0.02, 0.05, 0.1] },
  { name: 'method', values: ['prefix-tuning', 'prompt-tuning'] },
  { name: 'placement', values: ['after-text', 'start'] },
] as const satisfies readonly { name: keyof Vary; values: readonly (string | number)[] }[]
