// A prepared model to bytes and back, on compute's side of the wire.
import type { SealedModel } from '../contract/compute.ts'
import type { PreparedModel } from '../contract/model.ts'

/** What the service needs to know of a model, and the rest as bytes. */
export function sealModel(model: PreparedModel): SealedModel {
  const { name, hash, weightsHash = hash, folder, licence, config } = model
  const json = Buffer.from(JSON.stringify(model), 'utf8')
  return { name, hash, weightsHash, folder, family: config.family, json, ...(licence === undefined ? {} : { licence }) }
}

/** The model that `sealModel` serialised. */
export const openModel = ({ json }: SealedModel): PreparedModel =>
  JSON.parse(Buffer.from(json).toString('utf8')) as PreparedModel
