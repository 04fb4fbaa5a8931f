// Whether a run's texts are read once, and where what was read is kept.
import { totalmem } from 'node:os'
import { join } from 'node:path'
import type { PreparedModel } from '../../contract/model.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import { cachedShare } from '../../contract/usual-run.ts'
import { missingTexts, cacheTexts, type PrecomputeJob, cachedValues } from '../evaluate/kv-precompute.ts'
import type { CachedTexts } from '../evaluate/cached-texts.ts'
import { pruneKvStore, createKvStore, kvDiskBudget, type KvStore } from '../evaluate/kv-store.ts'
import { methodOf } from '../method/index.ts'
import { pastOf, type Sequence } from '../method/layout.ts'

/** Shares of all memory that cached texts may take. */
const memoryShare = { normal: cachedShare, low: 1 / 16 } as const

type Model = Pick<PreparedModel, 'config' | 'quantised'>
type Settings = Pick<TuneSettings, 'method' | 'placement' | 'tokens' | 'steps' | 'batch' | 'memory'>

/** A model that is kept in fewer bits computes nothing that 16 bits do not hold. */
const isHalf = ({ quantised = {} }: Model): boolean => Object.keys(quantised).length > 0

/** Bytes of the keys and values of texts, each different one once. */
export const cacheBytes = (model: Model, sequences: readonly Sequence[]): number =>
  cachedValues(model.config, sequences) * (isHalf(model) ? 2 : 4)

/** Bytes of memory that texts may stay in. */
export const cacheMemory = ({ memory = 'normal' }: Pick<Settings, 'memory'>, total = totalmem()): number =>
  total * memoryShare[memory]

/** `folder`: of what earlier runs read of the same table; undefined = in memory alone. */
const kvStore = (model: Model, settings: Pick<Settings, 'memory'>, folder: string | undefined): KvStore =>
  createKvStore({ folder, memory: cacheMemory(settings), half: isHalf(model) })

/**
 * The rule: texts are read once where virtual tokens stand behind them, where memory and half of what is free on the
 * disk hold them, and where each is used in two epochs or more: reading costs a forward pass, about a third of what a
 * step pays for the text.
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

/** Whether the base model alone and with the prompt answer the same texts, which then are read once for the two. */
export const sharesCache = (settings: Settings): boolean =>
  settings.placement === 'after-text' && methodOf(settings).virtual(settings).embeddings === 0

/** A run's texts, none of them read yet; what earlier runs read longest ago makes way. */
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

/** Share of some texts that no earlier run has read. */
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
