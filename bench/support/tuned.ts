// A whole run in this process: reports every event, and gives the evaluations that it ends with.
import type { Checkpoint, ComputeEvent, Evaluation } from '../../main/contract/compute.ts'
import type { PreparedModel } from '../../main/contract/model.ts'
import type { Split, TuneSettings } from '../../main/contract/settings.ts'
import { tune } from '../../main/engine/train/tune.ts'
import { threads } from './model.ts'

export interface Tuning {
  readonly model: PreparedModel
  readonly settings: TuneSettings
  readonly labels: readonly string[]
  readonly split: Split
  /** Whether the KV cache of texts is precomputed; absent = as the engine decides. */
  readonly precomputes?: boolean | undefined
  /** Folder of the texts' KV cache, which runs on the same rows share; absent = in memory, for this run alone. */
  readonly texts?: string | undefined
}

/** Throws where the run does not finish. */
export async function tuned(
  { precomputes, texts, ...run }: Tuning,
  onEvent: (event: ComputeEvent) => void = () => undefined,
  onCheckpoint: (checkpoint: Checkpoint) => void = () => undefined,
): Promise<Evaluation[]> {
  const evaluations: Evaluation[] = []
  const own = texts === undefined ? {} : { texts }
  const job = { kind: 'tune', ...run, ...own, resume: undefined, providers: ['cpu'], threads } as const
  const sink = {
    emit(event: ComputeEvent) {
      if (event.event === 'evaluation') evaluations.push(event.evaluation)
      onEvent(event)
    },
    checkpoint(checkpoint: Checkpoint) {
      onCheckpoint(checkpoint)
      return Promise.resolve()
    },
    stopRequested: () => false,
    keepRequested: () => false,
  }
  const { outcome, reason } = await tune(job, sink, { precomputes })
  if (outcome !== 'finished' || reason !== undefined) throw new Error(`The run ended early: ${reason ?? outcome}`)
  return evaluations
}
