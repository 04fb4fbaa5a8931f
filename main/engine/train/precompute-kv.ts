// KV precompute of a run's texts: the rule whether it pays, and where keys and values are stored.
import { join } from 'node:path'
import type { PreparedModel } from '../../contract/model.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import { cachedShare } from '../../contract/usual-run.ts'
import { missingTexts, cacheTexts, type PrecomputeJob, cachedValues } from '../evaluate/kv-precompute.ts'
import type { CachedTexts } from '../evaluate/cached-texts.ts'
import { pruneKvStore, createKvStore, kvDiskBudget, type KvStore } from '../evaluate/kv-store.ts'
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

/** `folder`: shared with earlier runs on the same data set; undefined = in memory alone. */
const kvStore = (model: Model, settings: Pick<Settings, 'memory'>, folder: string | undefined): KvStore =>
  createKvStore({ folder, memory: cacheMemory(settings), half: isHalf(model) })

/**
 * The rule: texts are precomputed where the prompt follows them, where memory or half of the free disk space holds their
 * keys and values, and where each is used in two epochs or more: the precompute costs a forward pass, about a third of what
 * a step would pay for the text.
 */
export async function paysToPrecompute(
  settings: Settings,
  examples: number,
  bytes: number,
  folder: string | undefined,
): Promise<boolean> {
  const epochs = (settings.steps * settings.batch) / Math.max(1, examples)
  if (settings.placement !== 'after-text' || bytes === 0 || epochs < 2) return false
  return bytes <= cacheMemory(settings) || (folder !== undefined && bytes <= (await kvDiskBudget(folder)))
}

/** Whether evaluations with and without the prompt can share the texts' keys and values, because both lay them out alike. */
export const sharesCache = (settings: Settings): boolean =>
  settings.placement === 'after-text' && methodOf(settings).virtual(settings).embeddings === 0

/** The cache of a run's texts, in which nothing is computed yet. Old blocks are pruned to the disk budget. */
export async function precomputeKv(
  { model, runner }: Pick<PrecomputeJob, 'model' | 'runner'>,
  settings: Settings,
  folder: string | undefined,
  sequences: readonly Sequence[],
  onProgress: (done: number, total: number) => void,
): Promise<CachedTexts> {
  if (folder !== undefined) await pruneKvStore(join(folder, '..'), await kvDiskBudget(folder))
  const store = kvStore(model, settings, folder)
  return cacheTexts({ model, runner, store, past: pastOf(settings) }, sequences, onProgress)
}

/** Share of the texts whose keys and values no earlier run has stored. */
export async function shareToCompute(
  model: PreparedModel,
  settings: Settings,
  folder: string | undefined,
  sequences: readonly Sequence[],
): Promise<number> {
  const store = kvStore(model, settings, folder)
  const missing = await missingTexts({ model, store, past: pastOf(settings) }, sequences)
  return missing.length / Math.max(1, sequences.length)
}
