// How long a context a model is served with: as long as this computer's memory has room for.
import type { PreparedModel } from '../../contract/model.ts'
import { kvBytes } from '../model/sizes.ts'
import { totalMemory } from '../runtime/machine-memory.ts'

/** Share of all memory for the keys and values of one text, of which there are up to three copies for a moment. */
const SHARE = 1 / 8

/** The model, which reads no more tokens than so many bytes hold keys and values of. */
export function withinMemory(model: PreparedModel, bytes = SHARE * totalMemory()): PreparedModel {
  const { config } = model
  const tokens = Math.floor(bytes / kvBytes(config))
  return { ...model, config: { ...config, context: Math.min(config.context, tokens) } }
}
