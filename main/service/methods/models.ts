// Methods models.*: base models, added, listed and removed.
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import type { PrecisionName } from '../../contract/model.ts'
import type { ModelRecord } from '../../contract/records.ts'
import type { InstalledModel } from '../../contract/service.ts'
import { starter } from '../../contract/starter.ts'
import { preparedFolders } from '../../engine/model/prepare.ts'
import { fetchStarter } from '../../engine/model/starter.ts'
import { parameterCount } from '../../engine/model/sizes.ts'
import { architectures, titlesOf } from '../../engine/network/architectures/index.ts'
import { totalMemory } from '../../engine/runtime/machine-memory.ts'
import { tuningMemory } from '../../engine/train/estimate.ts'
import type { CallContext, Methods, ServiceContext } from '../context.ts'
import { bytesAt, liesIn } from '../home/disk.ts'
import type { Home } from '../home/home.ts'
import { availableMemory } from '../studio/hardware.ts'
import { throughNetwork } from '../studio/network.ts'
import { findModel } from '../lookup.ts'
import { serveForEvent } from '../compute/serving.ts'

/** Prepares the model in the compute process and stores its description. */
async function add(
  context: ServiceContext,
  call: CallContext,
  path: string,
  name: string,
  precision: PrecisionName = 'float32',
): Promise<ModelRecord> {
  const job = { kind: 'prepare' as const, path, cache: context.home.cache, name, precision }
  const { model: prepared, config } = await serveForEvent(context, call, job, 'prepared')
  const { hash, folder, family, licence, json } = prepared
  const described = { name, hash, source: path, folder, family, licence, prepared: json, config }
  const model = await context.store.models.put(described)
  context.changed('models')
  return model
}

/** Moves an uploaded file or folder among the models before it is prepared: an upload is deleted once it was used. */
async function addHandedOver(
  context: ServiceContext,
  call: CallContext,
  path: string,
  name: string,
  precision?: PrecisionName,
) {
  const { models } = context.home
  const before = await context.store.models.byName(name)
  await mkdir(models, { recursive: true })
  let stored = join(models, basename(path))
  for (let number = 2; existsSync(stored); number++) stored = join(models, `${String(number)}-${basename(path)}`)
  await rename(path, stored)
  try {
    const model = await add(context, call, stored, name, precision)
    // The same file once more: one copy is enough.
    if (before && dirname(before.source) === models) await rm(before.source, { recursive: true, force: true })
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
      const sizes = await Promise.all(ownCopies(home, model).map(bytesAt))
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
function ownCopies(home: Home, { folder, source, hash }: ModelRecord): string[] {
  const copies = [
    ...preparedFolders(home.cache, hash),
    ...(folder !== home.cache && liesIn(home.cache, folder) ? [folder] : []),
    ...(![home.folder, home.models, home.cache].includes(source) && liesIn(home.folder, source) ? [source] : []),
  ]
  return [...new Set(copies)]
}

async function remove(context: ServiceContext, name: string): Promise<null> {
  const { store, home, changed } = context
  const model = await findModel(store, name)
  const used = (await store.runs.list()).filter((run) => run.model === model.id)
  if (used.length > 0) throw studioError('studio/model-in-use', model.name, used.length)
  const opened = (await store.openedPrompts.list()).find((prompt) => prompt.model === model.id)
  if (opened) throw studioError('studio/model-of-prompt', model.name, opened.name)
  await store.models.remove(model.id)
  const left = await store.models.list()
  const stillUsed = new Set(left.flatMap((other) => ownCopies(home, other)))
  // Two names may stand for the same weights.
  for (const copy of ownCopies(home, model))
    if (!stillUsed.has(copy)) await rm(copy, { recursive: true, force: true, maxRetries: 3 })
  changed('models')
  return null
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
  return add(context, call, found.path, found.name)
}

export const modelMethods: Pick<Methods, `models.${'list' | 'families' | 'add' | 'starter' | 'remove'}`> = {
  'models.list': (context) => list(context),
  'models.families': () => Promise.resolve(titlesOf(architectures)),
  'models.add': (context, { path, name = basename(path, extname(path)), precision }, call) =>
    (liesIn(context.home.cache, path) ? addHandedOver : add)(context, call, path, name, precision),
  'models.starter': (context, _input, call) => fetchAndAdd(context, call),
  'models.remove': (context, { model }) => remove(context, model),
}
