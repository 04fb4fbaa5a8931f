// A whole run in this process: reports every event, and gives the evaluations that it ends with.
import type { ComputeEvent, Evaluation } from '../../main/contract/compute.ts'
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
}

/** Throws where the run does not finish. */
export async function tuned(
  { precomputes, ...run }: Tuning,
  onEvent: (event: ComputeEvent) => void = () => undefined,
): Promise<Evaluation[]> {
  const evaluations: Evaluation[] = []
  const job = { kind: 'tune', ...run, resume: undefined, providers: ['cpu'], threads } as const
  const sink = {
    emit(event: ComputeEvent) {
      if (event.event === 'evaluation') evaluations.push(event.evaluation)
      onEvent(event)
    },
    checkpoint: () => Promise.resolve(),
    stopRequested: () => false,
    keepRequested: () => false,
  }
  const { outcome, reason } = await tune(job, sink, { precomputes })
  if (outcome !== 'finished' || reason !== undefined) throw new Error(`The run ended early: ${reason ?? outcome}`)
  return evaluations
}
