// What the parts of a run have in common, and what it gives.
import type { Job, TunedPrompt } from '../../contract/compute.ts'
import type { PreparedModel } from '../../contract/model.ts'
import type { Encoder } from '../evaluate/encode.ts'
import type { InferenceRunner } from '../evaluate/inference-runner.ts'
import type { TuneSink } from './loop.ts'
import type { CachePlaces } from './precompute-kv.ts'

export type TuneJob = Extract<Job, { kind: 'tune' }>

export interface TuneResult {
  readonly outcome: 'finished' | 'stopped' | 'diverged'
  readonly prompt: TunedPrompt
  /** Where the result is a model of its own; the prompt works with it. */
  readonly model?: PreparedModel
  /** Whether the run trained over precomputed keys and values of its texts. */
  readonly precomputes: boolean
  /** Where there is no result: training diverged before any step was better than the start, or a model's run was stopped. */
  readonly untuned?: true
  readonly reason?: string
}

export interface TuneOptions extends Pick<CachePlaces, 'limits'> {
  /** In place of the rule for the KV precompute: a pre-flight decides it for the whole run, of which its job has only some rows. */
  readonly precomputes?: boolean | undefined
}

export type Result = Pick<TuneResult, 'prompt' | 'model'>

/** What every part of a run works with. */
export interface Run {
  readonly job: TuneJob
  readonly encoder: Encoder
  readonly runner: InferenceRunner
  readonly sink: TuneSink
  readonly options: TuneOptions
}
