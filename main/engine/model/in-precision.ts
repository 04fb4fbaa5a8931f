// The same model in another precision.
import { studioError } from '../../contract/errors/index.ts'
import type { PrecisionName, PreparedModel } from '../../contract/model.ts'
import { prepareModel, type PrepareOptions } from './prepare.ts'

/**
 * The model itself where it has that precision; otherwise prepared from its file, which happens once. Throws
 * model/no-origin and model/changed where that file is unknown or has changed, and the errors of prepareModel.
 */
export async function inPrecision(
  model: PreparedModel,
  precision: PrecisionName,
  options: Pick<PrepareOptions, 'onProgress' | 'signal'> = {},
): Promise<PreparedModel> {
  if ((model.precision ?? 'float32') === precision) return model
  if (model.origin === undefined) throw studioError('model/no-origin', model.name)
  const { path, cache } = model.origin
  const other = await prepareModel(path, cache, { name: model.name, precision, ...options })
  if (!isSame(model, other)) throw studioError('model/changed', path, model.name)
  return { ...other, hash: model.hash }
}

/** A model that was prepared when identities covered the weights alone is known by those, and by what it stores of the rest. */
function isSame(model: PreparedModel, other: PreparedModel): boolean {
  if (model.weightsHash !== undefined) return other.hash === model.hash
  const rest = ({ config, tokenizer }: PreparedModel): string => JSON.stringify([config, tokenizer.tokenizer])
  return other.weightsHash === model.hash && rest(other) === rest(model)
}
