// What a process that takes job after job keeps between them: the last model, opened, and its reader.
import type { SealedModel } from '../contract/compute.ts'
import type { PrecisionName, PreparedModel } from '../contract/model.ts'
import { createInferenceRunner, type InferenceRunner } from '../engine/evaluate/inference-runner.ts'
import { inPrecision } from '../engine/model/in-precision.ts'
import type { PrepareOptions } from '../engine/model/prepare.ts'
import { openModel } from './seal.ts'

/** Kinds of question of a playground: labels and words, with and without a prompt of either method. */
const SESSIONS = 6

let opened: { readonly key: string; readonly model: PreparedModel } | undefined
let lent: { readonly model: PreparedModel; readonly threads: number; readonly reader: InferenceRunner } | undefined

/** The same object for the same model; in that precision where one is asked for. */
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

/** A reader of it that stays open until another model is asked for; ask only between jobs. */
export async function lendRunner(model: PreparedModel, threads: number): Promise<InferenceRunner> {
  if (lent?.model === model && lent.threads === threads) return lent.reader
  await lent?.reader.release()
  lent = { model, threads, reader: createInferenceRunner(model, { threads, sessions: SESSIONS }) }
  return lent.reader
}
