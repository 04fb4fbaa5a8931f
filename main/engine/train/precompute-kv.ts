// KV precompute of a run's texts: the rule whether it pays, and where keys and values are stored.
import { join } from 'node:path'
import type { ComputeEvent } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { PreparedModel } from '../../contract/model.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import { stages } from '../../contract/stages.ts'
import { cachedShare } from '../../contract/usual-run.ts'
import { missingTexts, cacheTexts, type PrecomputeJob, cachedValues } from '../evaluate/kv-precompute.ts'
import type { CachedTexts } from '../evaluate/cached-texts.ts'
import { kvDiskRoom, leaseKvBlocks, reserveKvDisk } from '../evaluate/kv-disk.ts'
import { createKvStore, type KvStore } from '../evaluate/kv-store.ts'
import { methodOf } from '../method/index.ts'
import { pastOf, type Sequence } from '../method/layout.ts'
import { totalMemory } from '../runtime/machine-memory.ts'

/** Shares of all memory that cached texts may take. */
const memoryShare = { normal: cachedShare, low: 1 / 16 } as const

type Model = Pick<PreparedModel, 'config' | 'quantised'>
type Settings = Pick<TuneSettings, 'method' | 'placement' | 'tokens' | 'steps' | 'batch' | 'memory'>

/** Quantised models do not compute keys and values more exactly than float16 holds. */
const isHalf = ({ quantised = {} }: Model): boolean => Object.keys(quantised).length > 0

/** Bytes of the texts' keys and values; equal texts count once. */
export const cacheBytes = (model: Model, sequences: readonly Sequence[]): number =>
  cachedValues(model.config, sequences) * (isHalf(model) ? 2 : 4)

/** Bytes of memory for cached texts, on a computer of `total` bytes. */
export const cacheMemory = ({ memory = 'normal' }: Pick<Settings, 'memory'>, total = totalMemory()): number =>
  total * memoryShare[memory]

/** Where the blocks of a data set's texts are kept: beside those of the other data sets, with which they share a budget. */
const rootOf = (folder: string): string => join(folder, '..')

/** Where cached texts may go. */
export interface CachePlaces {
  /** Folder of the data set's blocks, which earlier runs share; undefined = in memory alone. */
  readonly folder: string | undefined
  /** Bytes that they may take at most, where that is less than the computer offers. */
  readonly limits?: { readonly memory: number; readonly disk: number } | undefined
}

/** Whether memory or half of the disk holds texts of so many bytes. */
export async function cacheFits(
  settings: Pick<Settings, 'memory'>,
  bytes: number,
  { folder, limits = noLimits }: CachePlaces,
): Promise<boolean> {
  if (bytes <= Math.min(cacheMemory(settings), limits.memory)) return true
  return folder !== undefined && bytes <= Math.min(await kvDiskRoom(rootOf(folder)), limits.disk)
}

const noLimits = { memory: Infinity, disk: Infinity }

/**
 * The rule: texts are precomputed where the prompt follows them, where memory or half of the disk holds their keys and
 * values, and where each is used in two epochs or more: the precompute costs a forward pass, about a third of what a step
 * would pay for the text.
 */
export async function paysToPrecompute(
  settings: Settings,
  examples: number,
  bytes: number,
  places: CachePlaces,
): Promise<boolean> {
  const epochs = (settings.steps * settings.batch) / Math.max(1, examples)
  if (settings.placement !== 'after-text' || bytes === 0 || epochs < 2) return false
  return cacheFits(settings, bytes, places)
}

/** Whether evaluations with and without the prompt can share the texts' keys and values, because both lay them out alike. */
export const sharesCache = (settings: Settings): boolean =>
  settings.placement === 'after-text' && methodOf(settings).virtual(settings).embeddings === 0

export interface KvSource extends Pick<PrecomputeJob, 'model' | 'runner'>, CachePlaces {
  readonly settings: Settings
  readonly emit: (event: ComputeEvent) => void
}

/** The cache of some texts, in which nothing is computed yet. `stage`: what its progress is called. */
export async function precomputeKv(
  { model, runner, settings, emit, ...places }: KvSource,
  sequences: readonly Sequence[],
  stage: string = stages.texts,
): Promise<CachedTexts> {
  const onFull = (): void => {
    const { code, message } = studioError('tuning/cache-full')
    emit({ event: 'warning', code, message, step: 0 })
  }
  const store = kvStore(model, settings, places, onFull)
  const onProgress = (done: number, total: number): void => emit({ event: 'progress', stage, done, total })
  return cacheTexts({ model, runner, store, past: pastOf(settings) }, sequences, onProgress)
}

function kvStore(
  model: Model,
  settings: Pick<Settings, 'memory'>,
  { folder, limits = noLimits }: CachePlaces,
  onFull: () => void,
): KvStore {
  const memory = Math.min(cacheMemory(settings), limits.memory)
  const disk = async (needed: number): Promise<number> =>
    folder === undefined ? 0 : Math.min(limits.disk, await reserveKvDisk(rootOf(folder), folder, needed))
  return createKvStore({ folder, memory, disk, half: isHalf(model), onFull })
}

/** Does work during which nobody prunes the blocks that it uses below the folder of any data set. */
export async function withKvLease<T>(folder: string | undefined, work: () => Promise<T>): Promise<T> {
  const release = folder === undefined ? undefined : await leaseKvBlocks(rootOf(folder))
  return work().finally(() => release?.())
}

/** Share of the texts whose keys and values no earlier run has stored. */
export async function shareToCompute(
  model: PreparedModel,
  settings: Settings,
  folder: string | undefined,
  sequences: readonly Sequence[],
): Promise<number> {
  const store = kvStore(model, settings, { folder }, () => undefined)
  const missing = await missingTexts({ model, store, past: pastOf(settings) }, sequences)
  return missing.length / Math.max(1, sequences.length)
}
