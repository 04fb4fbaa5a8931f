// The settings of writing that the Try page offers, and what they are at first.
import type { TaskName } from '../../../../main/contract/settings.ts'

export interface Sampling {
  maxNewTokens: number
  temperature: number
  seed: number
  topP: number
  topK: number
  minP: number
}

export interface SamplingField {
  readonly name: keyof Sampling
  readonly min: number
  readonly max: number
  readonly step: number
}

export const samplingFields: readonly SamplingField[] = [
  { name: 'maxNewTokens', min: 1, max: 2000, step: 1 },
  { name: 'temperature', min: 0, max: 2, step: 0.1 },
  { name: 'seed', min: 0, max: 0xffffffff, step: 1 },
]

/** They leave tokens out, so they count only above temperature 0. */
export const samplingDetails: readonly SamplingField[] = [
  { name: 'topP', min: 0.01, max: 1, step: 0.01 },
  { name: 'topK', min: 0, max: 1000, step: 1 },
  { name: 'minP', min: 0, max: 1, step: 0.01 },
]

/** The default maximum of new tokens, by the task of a prompt. */
const length: { readonly [T in TaskName]: number } = { classification: 24, generation: 120, answering: 32 }

/** The likeliest tokens, always the same. */
export const usualSampling = (task: TaskName): Sampling => ({
  ...{ maxNewTokens: length[task], temperature: 0, seed: 0 },
  ...{ topP: 1, topK: 0, minP: 0 },
})
