// Finds what a caller names, or says that it is not there.
import { studioError } from '../contract/errors/index.ts'
import type { DecoderConfig } from '../contract/model.ts'
import { distinctName } from '../contract/names.ts'
import type { SweepRecord } from '../contract/service.ts'
import type { DatasetRecord, ModelRecord, RunRecord } from '../contract/records.ts'
import type { Tables } from '../engine/store/store.ts'

/** Error: 'store/missing'. */
export async function findRun(store: Tables, name: string): Promise<RunRecord> {
  const run = await store.runs.find(name)
  if (!run) throw studioError('store/missing', 'run', name)
  return run
}

/** Error: 'store/missing'. */
export async function findSweep(store: Tables, name: string): Promise<SweepRecord> {
  const sweep = await store.sweeps.find(name)
  if (!sweep) throw studioError('store/missing', 'sweep', name)
  return sweep
}

/** A prompt is called by its run's name or its own. Error: 'store/name-taken'. */
export async function refusePromptName(store: Tables, name: string | undefined): Promise<void> {
  if (name !== undefined && (await store.openedPrompts.byName(name)))
    throw studioError('store/name-taken', 'prompt', name)
}

/** The name, or one like it with a number that is not taken. */
export async function freeNameOf(wanted: string, isTaken: (name: string) => Promise<boolean>): Promise<string> {
  const taken = new Set<string>()
  let name = wanted
  while (await isTaken(name)) {
    taken.add(name)
    name = distinctName(wanted, (each) => taken.has(each))
  }
  return name
}

/** Error: 'store/missing'. */
export async function findModel(store: Tables, name: string): Promise<ModelRecord> {
  const model = await store.models.byName(name)
  if (!model) throw studioError('store/missing', 'model', name)
  return model
}

/** The model of a run or prompt. Error: 'store/missing'. */
export async function modelOf(store: Tables, id: number): Promise<ModelRecord> {
  const model = await store.models.byId(id)
  if (!model) throw studioError('store/missing', 'model', String(id))
  return model
}

/** The shape of a model. Error: 'store/missing'. */
export async function configOf(store: Tables, { id, name }: Pick<ModelRecord, 'id' | 'name'>): Promise<DecoderConfig> {
  const config = (await store.models.configs()).get(id)
  if (!config) throw studioError('store/missing', 'model', name)
  return config
}

/** Error: 'store/missing'. */
export async function findDataset(store: Tables, id: number): Promise<DatasetRecord> {
  const dataset = await store.datasets.byId(id)
  if (!dataset) throw studioError('store/missing', 'data set', String(id))
  return dataset
}
