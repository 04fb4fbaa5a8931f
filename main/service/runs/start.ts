// The earlier prompt from which a run starts: found by its name, checked against the run's settings, and kept with the run.
import { studioError } from '../../contract/errors/index.ts'
import type { ModelRecord, RunRecord } from '../../contract/records.ts'
import type { Input, PossibleStart } from '../../contract/service.ts'
import { type GivenSettings, methodNamed, type StartPrompt } from '../../contract/settings.ts'
import type { NamedTensors } from '../../contract/tensor.ts'
import { isIdentity } from '../../engine/model/identity.ts'
import type { Tables } from '../../engine/store/store.ts'
import type { StartSource, StoredStart } from '../../engine/store/tables/starts.ts'
import { defaultSettings } from '../../engine/train/defaults.ts'
import { hasShapesOf, type Origin, startingFrom } from '../../engine/train/start.ts'
import { findModel, findRun } from '../lookup.ts'

/** A prompt from which a run is to start. */
export interface Start extends Origin {
  readonly modelHash: string
  readonly source: StartSource
}

/**
 * The prompt that a planned run names, or with which an earlier run of the same settings started; undefined where it starts
 * from its method's initialisation. Errors: 'store/missing', 'run/no-prompt'.
 */
export async function findStart(
  store: Tables,
  { from, settings }: Pick<Input<'runs.plan'>, 'from' | 'settings'>,
): Promise<Start | undefined> {
  if (from !== undefined) return namedStart(store, from)
  return settings.from && storedStart(store, { table: 'starts', sha256: settings.from.sha256 }, settings.from.name)
}

async function namedStart(store: Tables, name: string): Promise<Start> {
  const [opened, run] = await Promise.all([store.openedPrompts.byName(name), store.runs.find(name)])
  if (opened && !run) return storedStart(store, { table: 'opened_prompts', id: opened.id }, name)
  const found = run ?? (await findRun(store, name))
  if (!(await store.prompts.runs()).has(found.id)) throw studioError('run/no-prompt', found.name)
  return storedStart(store, { table: 'prompts', id: found.id }, found.name)
}

async function storedStart(store: Tables, source: StartSource, name: string): Promise<Start> {
  const found = await store.starts.find(source)
  if (!found) throw studioError('store/missing', 'prompt', name)
  return { ...found, name, source }
}

/**
 * Refuses a start that has learned from rows which are to judge the run, as a run on the same data set may have. Error:
 * 'tuning/start-seen'.
 */
export async function refuseSeen(
  store: Tables,
  { name }: Pick<Start, 'name'>,
  { dataset, test }: { readonly dataset: number; readonly test: readonly number[] },
): Promise<void> {
  const run = await store.runs.find(name)
  if (run?.dataset !== dataset) return
  const { train, validation } = await store.runs.split(run.id)
  const learned = new Set([...train, ...validation])
  const seen = test.filter((row) => learned.has(row)).length
  if (seen > 0) throw studioError('tuning/start-seen', name, seen)
}

/** The given settings, with those that follow from the start. Errors: 'tuning/start-model', 'tuning/start-method'. */
export function settingsFrom(start: Start, model: ModelRecord, given: GivenSettings): GivenSettings {
  if (!isIdentity(start.modelHash, model)) throw studioError('tuning/start-model', start.name, model.name)
  return startingFrom(start, given)
}

/** Keeps the start for the runs that begin with it. Error: 'store/missing' where it has been removed in the meantime. */
export async function keepStart(tables: Tables, { source, name }: Start): Promise<void> {
  if (!(await tables.starts.keep(source))) throw studioError('store/missing', 'prompt', name)
}

/** The tensors of a start that is not kept yet. Error: 'store/missing'. */
export async function tensorsOf(
  store: Tables,
  { source, name }: Pick<Start, 'source' | 'name'>,
): Promise<NamedTensors> {
  const tensors = await store.starts.tensors(source, name)
  if (!tensors) throw studioError('store/missing', 'prompt', name)
  return tensors
}

/** The tensors from which a run has started; undefined where it started from its method's initialisation. */
export const keptTensors = async (store: Tables, from: StartPrompt | undefined): Promise<NamedTensors | undefined> =>
  from && tensorsOf(store, { source: { table: 'starts', sha256: from.sha256 }, name: from.name })

/** The prompts with the base model, method (where one is given) and shapes of a run with these settings, the newest first. */
export async function possibleStarts(
  store: Tables,
  { model: name, settings: given }: Input<'runs.starts'>,
): Promise<PossibleStart[]> {
  const model = await findModel(store, name)
  const config = (await store.models.configs()).get(model.id)
  const method = given.method === undefined ? undefined : methodNamed(given.method)
  const all = [...(await tunedHere(store, model)), ...(await openedHere(store, model))]
  const fits = ({ settings, name }: Candidate): boolean => {
    if (!config || (method !== undefined && settings.method !== method)) return false
    const origin = { name, sha256: '', settings }
    return hasShapesOf(origin, defaultSettings(startingFrom(origin, given)), config)
  }
  return all
    .filter(fits)
    .sort((a, b) => b.at.localeCompare(a.at))
    .map(({ name, tunedOn }) => ({ name, tunedOn }))
}

interface Candidate extends PossibleStart, Pick<StoredStart, 'settings'> {
  /** When it was made. */
  readonly at: string
}

async function tunedHere(store: Tables, { id }: ModelRecord): Promise<Candidate[]> {
  const [runs, having, datasets] = await Promise.all([store.runs.list(), store.prompts.runs(), store.datasets.list()])
  const names = new Map(datasets.map((each) => [each.id, each.name]))
  const candidate = ({ name, settings, dataset, endedAt, createdAt }: RunRecord): Candidate => ({
    ...{ name, settings, tunedOn: names.get(dataset), at: endedAt ?? createdAt },
  })
  return runs.filter((run) => run.model === id && having.has(run.id)).map(candidate)
}

async function openedHere(store: Tables, { id }: ModelRecord): Promise<Candidate[]> {
  const opened = (await store.openedPrompts.list()).filter(({ model }) => model === id)
  return opened.map(({ name, settings, createdAt }) => ({ name, settings, tunedOn: undefined, at: createdAt }))
}
