// What a compute process keeps between jobs: the last model, opened, and its inference runner.
import type { SealedModel } from '../contract/compute.ts'
import type { PrecisionName, PreparedModel } from '../contract/model.ts'
import { createInferenceRunner, type InferenceRunner } from '../engine/evaluate/inference-runner.ts'
import { inPrecision } from '../engine/model/in-precision.ts'
import type { PrepareOptions } from '../engine/model/prepare.ts'
import { openModel } from './seal.ts'

/** Open sessions at most: a playground scores labels and generates text, each without a prompt and with one of either method. */
const SESSIONS = 6

let opened: { readonly key: string; readonly model: PreparedModel } | undefined
let lent: { readonly model: PreparedModel; readonly threads: number; readonly runner: InferenceRunner } | undefined

/** The model opened, in the given precision, or else in the one that it was added in; the same object for the same arguments. */
export async function lendModel(
  sealed: SealedModel,
  precision: PrecisionName | undefined,
  options: Pick<PrepareOptions, 'onProgress' | 'signal'>,
): Promise<PreparedModel> {
  const key = JSON.stringify([sealed.hash, sealed.folder, sealed.json.length, precision])
  if (opened?.key === key) return opened.model
  const model = openModel(sealed)
  opened = { key, model: precision === undefined ? model : await inPrecision(model, precision, options) }
  return opened.model
}

/** An inference runner that stays open until one for another model is lent. Call it only between jobs. */
export async function lendRunner(model: PreparedModel, threads: number): Promise<InferenceRunner> {
  if (lent?.model === model && lent.threads === threads) return lent.runner
  await lent?.runner.release()
  lent = { model, threads, runner: createInferenceRunner(model, { threads, sessions: SESSIONS }) }
  return lent.runner
}
