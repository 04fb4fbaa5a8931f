// What a compute process keeps between jobs: the last models, opened, and their inference runners.
import type { SealedModel } from '../contract/compute.ts'
import type { PrecisionName, PreparedModel } from '../contract/model.ts'
import { createInferenceRunner, type InferenceRunner } from '../engine/evaluate/inference-runner.ts'
import { inPrecision } from '../engine/model/in-precision.ts'
import type { PrepareOptions } from '../engine/model/prepare.ts'
import { weightBytes } from '../engine/model/sizes.ts'
import { totalMemory } from '../engine/runtime/machine-memory.ts'
import { openModel } from './seal.ts'

/** Open sessions at most: a playground scores labels and generates text, each without a prompt and with one of either method. */
const SESSIONS = 6

/** Models that stay open at most: a playground asks a model that a run has made, and the one that it was made from, in turn. */
const MODELS = 2
/** Share of all memory that they may take where there are several. */
const SHARE = 1 / 4

/** The one used last comes last. */
const opened = new Map<string, PreparedModel>()
const lent = new Map<PreparedModel, { readonly threads: number; readonly runner: InferenceRunner }>()

/** The model opened, in the given precision, or else in the one that it was added in; the same object for the same arguments. */
export async function lendModel(
  sealed: SealedModel,
  precision: PrecisionName | undefined,
  options: Pick<PrepareOptions, 'onProgress' | 'signal'>,
): Promise<PreparedModel> {
  const key = JSON.stringify([sealed.hash, sealed.folder, sealed.json.length, precision])
  const known = opened.get(key)
  opened.delete(key)
  const model = known ?? (await inWanted(openModel(sealed), precision, options))
  opened.set(key, model)
  while (opened.size > 1 && (opened.size > MODELS || bytesOfAll() > SHARE * totalMemory())) await closeFirst()
  return model
}

const inWanted = (
  model: PreparedModel,
  precision: PrecisionName | undefined,
  options: Pick<PrepareOptions, 'onProgress' | 'signal'>,
): Promise<PreparedModel> => (precision === undefined ? Promise.resolve(model) : inPrecision(model, precision, options))

const bytesOfAll = (): number => [...opened.values()].reduce((sum, model) => sum + weightBytes(model, 'vocabulary'), 0)

async function closeFirst(): Promise<void> {
  const [[key, model] = []] = opened
  if (key === undefined || !model) return
  opened.delete(key)
  await lent.get(model)?.runner.release()
  lent.delete(model)
}

/** An inference runner that stays open as long as its model. Call it only between jobs. */
export async function lendRunner(model: PreparedModel, threads: number): Promise<InferenceRunner> {
  const known = lent.get(model)
  if (known?.threads === threads) return known.runner
  await known?.runner.release()
  const runner = createInferenceRunner(model, { threads, sessions: SESSIONS })
  lent.set(model, { threads, runner })
  return runner
}
