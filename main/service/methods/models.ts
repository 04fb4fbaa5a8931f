// Methods models.*: base models, added, listed and removed.
import { existsSync } from 'node:fs'
import { lstat, mkdir, realpath, rename as move, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import type { PrecisionName } from '../../contract/model.ts'
import { distinctName, modelNameOf } from '../../contract/names.ts'
import type { ModelRecord } from '../../contract/records.ts'
import type { InstalledModel } from '../../contract/service.ts'
import { starter } from '../../contract/starter.ts'
import { preparedFolders } from '../../engine/model/prepare.ts'
import { fetchStarter } from '../../engine/model/starter.ts'
import { parameterCount } from '../../engine/model/sizes.ts'
import { architectures, titlesOf } from '../../engine/network/architectures/index.ts'
import { availableMemory, totalMemory } from '../../engine/runtime/machine-memory.ts'
import { tuningMemory } from '../../engine/train/estimate.ts'
import type { CallContext, Methods, ServiceContext } from '../context.ts'
import { bytesAt, liesIn, ownMark } from '../home/disk.ts'
import type { Home } from '../home/home.ts'
import { throughNetwork } from '../studio/network.ts'
import { findModel } from '../lookup.ts'
import { serveForEvent } from '../compute/serving.ts'

/** What a caller asks for when it adds a model. */
interface Wanted {
  readonly path: string
  /** As a person typed it; undefined = that of the file or folder. */
  readonly name?: string
  readonly precision?: PrecisionName
}

/** Prepares the model in the compute process and stores its description. */
async function add(context: ServiceContext, call: CallContext, wanted: Wanted): Promise<ModelRecord> {
  const { name: typed, precision = 'float32' } = wanted
  const path = await plainPath(wanted.path)
  const own = typed ?? modelNameOf(path)
  const job = { kind: 'prepare' as const, path, cache: context.home.cache, name: own, precision }
  const { model: prepared, config } = await serveForEvent(context, call, job, 'prepared')
  const { hash, weightsHash = hash, folder, family, licence, json } = prepared
  const name = typed ?? (await freeName(context, own, [hash, weightsHash]))
  const described = { name, hash, weightsHash, source: path, folder, family, licence, prepared: json, config }
  const model = await context.store.models.put(described)
  context.changed('models')
  return model
}

/** The path without links and detours in its folders; the file itself may be a link whose name tells its part of a model. */
async function plainPath(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return resolve(path)
  if (found.isDirectory()) return realpath(path)
  return join(await realpath(dirname(path)), basename(path))
}

/** The name, or one like it that no other model has: those of `hashes` are the same model once more. */
async function freeName({ store }: ServiceContext, name: string, hashes: readonly string[]): Promise<string> {
  const taken = new Map((await store.models.list()).map((model) => [model.name, model.hash]))
  return distinctName(name, (each) => taken.has(each) && !hashes.includes(taken.get(each) ?? ''))
}

/** Moves an uploaded file or folder among the models before it is prepared: an upload is deleted once it was used. */
async function addHandedOver(context: ServiceContext, call: CallContext, wanted: Wanted): Promise<ModelRecord> {
  const { path } = wanted
  const { models } = context.home
  const before = new Map((await context.store.models.list()).map(({ id, source }) => [id, source]))
  await mkdir(models, { recursive: true })
  let stored = join(models, basename(path))
  for (let number = 2; existsSync(stored); number++) stored = join(models, `${String(number)}-${basename(path)}`)
  await move(path, stored)
  if ((await stat(stored)).isDirectory()) await writeFile(join(stored, ownMark), '')
  try {
    const model = await add(context, call, { ...wanted, path: stored })
    // The same file once more: one copy is enough.
    const earlier = before.get(model.id)
    if (earlier !== undefined && earlier !== model.source && (await isOwnCopy(context.home, earlier)))
      await rm(earlier, { recursive: true })
    return model
  } catch (error) {
    await rm(stored, { recursive: true, force: true })
    throw error
  }
}

async function list({ store, home }: ServiceContext): Promise<InstalledModel[]> {
  const [models, runs, configs] = await Promise.all([store.models.list(), store.runs.list(), store.models.configs()])
  return Promise.all(
    models.map(async (model) => {
      const config = configs.get(model.id)
      const sizes = await Promise.all((await ownCopies(home, model)).map(bytesAt))
      const memory = config === undefined ? 0 : tuningMemory(config, totalMemory())
      return {
        ...model,
        bytes: sizes.reduce((sum, size) => sum + size, 0),
        context: config?.context ?? 0,
        parameters: config === undefined ? 0 : parameterCount(config),
        memory,
        fits: memory <= availableMemory(),
        runs: runs.filter((run) => run.model === model.id).length,
      }
    }),
  )
}

/** Where the studio keeps copies of a model; the rest belongs to its owner. */
async function ownCopies(home: Home, { source, weightsHash }: ModelRecord): Promise<string[]> {
  const prepared = preparedFolders(home.cache, weightsHash)
  return (await isOwnCopy(home, source)) ? [...prepared, source] : prepared
}

/** What the studio fetched or was handed lies in its folder of models itself; whatever else lies there is not the studio's. */
async function isOwnCopy({ models }: Home, path: string): Promise<boolean> {
  const [folder, own] = await Promise.all([dirname(path), models].map((each) => realpath(each).catch(() => undefined)))
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined || folder === undefined || folder !== own) return false
  return found.isFile() || (found.isDirectory() && existsSync(join(path, ownMark)))
}

/** Removes the model and the studio's copies. Errors: 'studio/model-in-use', 'studio/model-of-prompt'. */
export async function removeModel(context: ServiceContext, model: ModelRecord): Promise<void> {
  const { store, home, changed } = context
  const used = (await store.runs.all()).filter((run) => run.model === model.id)
  if (used.length > 0) throw studioError('studio/model-in-use', model.name, used.length)
  const opened = (await store.openedPrompts.all()).find((prompt) => prompt.model === model.id)
  if (opened) throw studioError('studio/model-of-prompt', model.name, opened.name)
  await store.models.remove(model.id)
  const left = await store.models.list()
  const stillUsed = new Set((await Promise.all(left.map((other) => ownCopies(home, other)))).flat())
  // Two names may stand for the same weights.
  for (const copy of await ownCopies(home, model))
    if (!stillUsed.has(copy)) await rm(copy, { recursive: true, force: true, maxRetries: 3 })
  changed('models')
}

async function fetchAndAdd(context: ServiceContext, call: CallContext): Promise<ModelRecord> {
  const onProgress = (stage: string, done: number, total: number): void => {
    call.emit({ event: 'progress', stage, done, total })
  }
  const fetching = (options: Pick<Parameters<typeof fetchStarter>[1], 'onConnection' | 'sources'>) =>
    fetchStarter(context.home.models, { onProgress, signal: call.signal, ...options })
  // What is on this computer already needs no network, whatever the switch says.
  const found = await fetching({ sources: [] }).catch((error: unknown) => {
    if (!(error instanceof StudioError && error.code === 'model/starter-unreachable')) throw error
    return throughNetwork(context, `the starter model ${starter.name}`, (onConnection) => fetching({ onConnection }))
  })
  return add(context, call, found)
}

async function rename({ store, changed }: ServiceContext, from: string, to: string): Promise<ModelRecord> {
  const { id } = await findModel(store, from)
  const model = await store.models.rename(id, to)
  changed('models')
  return model
}

export const modelMethods: Pick<Methods, `models.${'list' | 'families' | 'add' | 'starter' | 'remove' | 'rename'}`> = {
  'models.list': (context) => list(context),
  'models.families': () => Promise.resolve(titlesOf(architectures)),
  'models.add': (context, wanted, call) =>
    (liesIn(context.home.cache, wanted.path) ? addHandedOver : add)(context, call, wanted),
  'models.starter': (context, _input, call) => fetchAndAdd(context, call),
  'models.remove': async (context, { model }) => {
    await removeModel(context, await findModel(context.store, model))
    return null
  },
  'models.rename': (context, { model, name }) => rename(context, model, name),
}
