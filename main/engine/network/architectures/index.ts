// The table of supported architectures: a new one is a file beside this one, and a line here.
import { studioError } from '../../../contract/errors/index.ts'
import type { Architecture } from './architecture.ts'
import { gemma3 } from './gemma3.ts'
import { llama } from './llama.ts'
import { mistral } from './mistral.ts'
import { qwen2 } from './qwen2.ts'
import { qwen3 } from './qwen3.ts'

export type { Architecture } from './architecture.ts'

export const architectures: readonly Architecture[] = Object.freeze([llama, mistral, qwen2, qwen3, gemma3])

/** Titles for sentences and lists, in the table's order. */
export const titlesOf = (table: readonly Architecture[]): readonly string[] => table.map(({ title }) => title)

/** The architecture that config.json's `model_type` names. Throws model/unsupported-family. */
export const byModelType = (type: string, table = architectures): Architecture =>
  supported(type, table, ({ safetensors }) => safetensors.modelTypes.includes(type))

/** The architecture that GGUF's `general.architecture` names. Throws model/unsupported-family. */
export const byGgufName = (name: string, table = architectures): Architecture =>
  supported(name, table, ({ gguf }) => gguf.architecture === name)

function supported(
  name: string,
  table: readonly Architecture[],
  isMeant: (architecture: Architecture) => boolean,
): Architecture {
  const found = table.find(isMeant)
  if (found === undefined) throw studioError('model/unsupported-family', name, titlesOf(table).join(', '))
  return found
}
