// Writes a model as the folder that transformers loads: config.json, the tokenizer's files and one safetensors file.
import { copyFile, link, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import type { DecoderConfig, PreparedModel, TokenizerFiles } from '../../contract/model.ts'
import type { NamedTensors } from '../../contract/tensor.ts'
import { architectures } from '../network/architectures/index.ts'
import { readArrays, writeArrays } from './array-file.ts'

/** The weights' file in the folder. */
export const weightsName = 'model.safetensors'

/** The weights of a model by the network's names, in float32. */
export type WeightsSource = { readonly folder: string; readonly file: string } | { readonly tensors: NamedTensors }

/** Makes `folder` of the model with these weights, completely or not at all; whatever is there is replaced. */
export async function writeModelFolder(
  folder: string,
  { config, tokenizer }: Pick<PreparedModel, 'config' | 'tokenizer'>,
  weights: WeightsSource,
): Promise<void> {
  const part = `${folder}.part`
  await rm(part, { recursive: true, force: true })
  await mkdir(part, { recursive: true })
  const files = { 'config.json': jsonFromConfig(config, tokenizer), ...tokenizerFiles(tokenizer) }
  for (const [name, content] of Object.entries(files))
    await writeFile(join(part, name), `${JSON.stringify(content, null, 2)}\n`, { flush: true })
  await putWeights(join(part, weightsName), config, weights)
  await rm(folder, { recursive: true, force: true })
  await rename(part, folder)
}

/** config.json: the inverse of `configFromJson`, in words that versions 4 and 5 of transformers read alike. */
export function jsonFromConfig(config: DecoderConfig, { ends }: Pick<TokenizerFiles, 'ends'> = {}): object {
  return {
    ...architectureOf(config).safetensors.described(config),
    hidden_size: config.hidden,
    intermediate_size: config.intermediate,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.kvHeads,
    head_dim: config.headDim,
    vocab_size: config.vocab,
    max_position_embeddings: config.context,
    rms_norm_eps: config.normEps,
    tie_word_embeddings: config.tiedHead,
    attention_bias: config.qkvBias,
    // Both names of it: version 4 reads the first, version 5 the second.
    torch_dtype: 'float32',
    dtype: 'float32',
    ...(ends === undefined ? {} : { eos_token_id: ends }),
  }
}

function architectureOf({ family }: DecoderConfig) {
  const found = architectures.find(({ name }) => name === family)
  if (!found) throw studioError('model/unsupported-family', family, architectures.map(({ title }) => title).join(', '))
  return found
}

const tokenizerFiles = ({ tokenizer, config, ends }: TokenizerFiles): Readonly<Record<string, object>> => ({
  'tokenizer.json': completed(tokenizer),
  // A tokenizer that came in a GGUF file has no class of its own.
  'tokenizer_config.json': { tokenizer_class: 'PreTrainedTokenizerFast', ...config },
  ...(ends === undefined ? {} : { 'generation_config.json': { eos_token_id: ends } }),
})

/** tokenizer.json with the fields that transformers requires; what came in a GGUF file has only those that mean something. */
function completed(tokenizer: TokenizerFiles['tokenizer']): object {
  const { decoder, added_tokens: added } = tokenizer as { readonly decoder?: object; readonly added_tokens?: object[] }
  const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: false }
  const bytes = { add_prefix_space: true, trim_offsets: true, use_regex: true }
  return {
    ...{ version: '1.0', truncation: null, padding: null },
    ...tokenizer,
    added_tokens: (added ?? []).map((token) => ({ ...plain, ...token })),
    decoder: decoder && 'type' in decoder && decoder.type === 'ByteLevel' ? { ...bytes, ...decoder } : decoder,
  }
}

async function putWeights(path: string, config: DecoderConfig, weights: WeightsSource): Promise<void> {
  const offset = config.normOffset - architectureOf(config).safetensors.normOffset
  if ('tensors' in weights) return writeArrays(path, offset === 0 ? weights.tensors : shifted(weights.tensors, offset))
  const source = join(weights.folder, weights.file)
  // The same bytes under two names take no room twice; some disks have no links.
  if (offset === 0) return link(source, path).catch(() => copyFile(source, path))
  const tensors = (await readArrays(weights.folder, weights.file)) as NamedTensors
  return writeArrays(path, shifted(tensors, offset))
}

/** Norms as transformers stores them: in a GGUF file, an architecture's offset is part of the weight. */
const shifted = (tensors: NamedTensors, by: number): NamedTensors =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      name.endsWith('norm.weight') ? { ...tensor, data: tensor.data.map((value) => value + by) } : tensor,
    ]),
  )
