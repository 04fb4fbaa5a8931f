// Gathers what a run's job is made of from the store.
import type { Checkpoint, RunFiles, SealedModel, WireJob } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { RunRecord } from '../../contract/records.ts'
import type { Example, Split } from '../../contract/settings.ts'
import type { NamedTensors } from '../../contract/tensor.ts'
import type { Store } from '../../engine/store/store.ts'
import { loadSplit, sizesOf } from '../data/examples.ts'
import type { TrackedRun } from './outlook.ts'
import { keptTensors } from './start.ts'

/** All that a run's job is made of. */
export interface RunMaterial {
  readonly run: RunRecord
  readonly model: SealedModel
  readonly labels: readonly string[]
  readonly split: Split
  /** The tensors of the prompt that the run starts from. */
  readonly start: NamedTensors | undefined
}

/** A stored model as compute takes it. */
export async function sealedModel(store: Store, id: number): Promise<SealedModel> {
  const { model, bytes } = await store.models.prepared(id)
  const { name, hash, folder, family, licence } = model
  return { name, hash, folder, family, json: bytes, ...(licence === undefined ? {} : { licence }) }
}

/** Reads a run's model, labels and rows. Error: 'store/missing'. */
export async function runMaterial(store: Store, run: RunRecord): Promise<RunMaterial> {
  const task = await store.tasks.byId(run.task)
  if (!task) throw studioError('store/missing', 'task', String(run.task))
  const { textColumn: text, labelColumn: label, contextColumn: context, kind } = task
  const source = { dataset: run.dataset, version: run.version, text, label, context, task: kind }
  const split = await loadSplit(store, source, await store.runs.split(run.id))
  const start = await keptTensors(store, run.settings.from)
  return { run, model: await sealedModel(store, run.model), labels: task.labels, split, start }
}

/** What is predicted of the run. */
export const tracked = ({ run, labels, split }: RunMaterial, until: number | undefined): TrackedRun => ({
  ...{ settings: run.settings, labels, rows: sizesOf(split), until },
  lengths: lengthsOf([...split.train, ...split.validation]),
})

/** Characters of texts and answers. */
export function lengthsOf(rows: readonly Example[]): TrackedRun['lengths'] {
  const mean = (of: (example: Example) => string): number =>
    rows.reduce((sum, example) => sum + of(example).length, 0) / Math.max(1, rows.length)
  const longest = rows.reduce((most, { label }) => Math.max(most, label.length), 0)
  return { text: mean(({ text }) => text), answer: mean(({ label }) => label), longest }
}

interface TuneJobOptions {
  readonly threads: number
  /** The folder of the KV precompute of a data set's texts. */
  readonly texts: string
  readonly files: RunFiles
  /** The step after which the run pauses. */
  readonly until: number | undefined
}

export const tuneJob = (
  material: RunMaterial,
  resume: Checkpoint | undefined,
  { threads, texts, files, until }: TuneJobOptions,
): WireJob => ({
  kind: 'tune',
  model: material.model,
  settings: material.run.settings,
  labels: material.labels,
  split: material.split,
  resume,
  providers: [],
  threads,
  texts,
  files,
  ...(material.start ? { start: material.start } : {}),
  ...(until === undefined ? {} : { until }),
})
