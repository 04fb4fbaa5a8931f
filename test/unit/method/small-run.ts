// A short run on a tiny model, with the events that it gave.
import type { Checkpoint, ComputeEvent, Job, RunFiles } from '../../../main/contract/compute.ts'
import type { PreparedModel } from '../../../main/contract/model.ts'
import type { GivenSettings } from '../../../main/contract/settings.ts'
import type { NamedTensors } from '../../../main/contract/tensor.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { tune } from '../../../main/engine/train/tune.ts'
import { type Family, tinyModel } from '../../support/tiny.ts'

export const labels = ['billing', 'delivery', 'praise']
export const rows = (count: number, from: number) =>
  Array.from({ length: count }, (_, i) => {
    const label = labels[i % 3] ?? ''
    return { row: from + i, text: `message number ${String(i)} is about ${label}`, label }
  })

export interface How {
  readonly resume?: Checkpoint
  readonly until?: number
  /** Tensors that the run starts from. */
  readonly start?: NamedTensors
  /** Whether the texts' keys and values are precomputed. */
  readonly precomputes?: boolean
  /** Where a run whose result is a model keeps its files. */
  readonly files?: RunFiles
  /** In place of the family's tiny model. */
  readonly base?: PreparedModel
  /** Called with each checkpoint before it counts as safe. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void
}

export async function run(family: Family, own: GivenSettings, how: How = {}) {
  const { resume, until, start, precomputes, files, base, onCheckpoint } = how
  const model = base ?? (await tinyModel(family))
  const given = { steps: 12, batch: 12, validateEvery: 1, warmup: 0, learningRate: 5e-2, seed: 1, duel: false } as const
  const settings = defaultSettings({ ...given, ...own }, labels)
  const train = rows(12, 0)
  // Validated on the rows that it learns from, all of them a step: validation and the next step then have one loss.
  const job: Extract<Job, { kind: 'tune' }> = {
    ...{ kind: 'tune', model, settings, labels, providers: ['cpu'], threads: 1 },
    split: { train, validation: train, test: rows(6, 200) },
    resume,
    ...(until === undefined ? {} : { until }),
    ...(start ? { start } : {}),
    ...(files === undefined ? {} : { files }),
  }
  const events: ComputeEvent[] = []
  let last: Checkpoint | undefined
  const sink = {
    emit: (event: ComputeEvent) => void events.push(event),
    checkpoint: (checkpoint: Checkpoint) => {
      onCheckpoint?.(checkpoint)
      return Promise.resolve(void (last = checkpoint))
    },
    stopRequested: () => false,
    keepRequested: () => false,
  }
  const { model: made, ...result } = await tune(job, sink, { precomputes })
  const steps = events.flatMap((event) => (event.event === 'step' ? [event.metrics] : []))
  const validations = events.flatMap((event) => (event.event === 'validation' ? [event] : []))
  const evaluations = events.flatMap((event) => (event.event === 'evaluation' ? [event.evaluation] : []))
  return { ...result, made, job, model, settings, steps, validations, evaluations, last }
}

export const losses = ({ steps }: { readonly steps: readonly { readonly loss: number }[] }) =>
  steps.map(({ loss }) => loss)
