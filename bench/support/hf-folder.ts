// A prepared model as Hugging Face's own folder in float32: PyTorch then computes with exactly our values.
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DecoderConfig, PreparedModel, WeightRef } from '../../main/contract/model.ts'
import { cache } from './paths.ts'

/** Path of the folder; written once for each model. Throws for families other than Llama. */
export async function huggingFaceFolder(model: PreparedModel): Promise<string> {
  const folder = join(cache, 'hugging-face', model.hash)
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.new`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true })
  await writeFile(join(unfinished, 'config.json'), JSON.stringify(configJson(model.config), null, 2))
  await writeFile(join(unfinished, 'tokenizer.json'), JSON.stringify(model.tokenizer.tokenizer))
  await writeFile(join(unfinished, 'tokenizer_config.json'), JSON.stringify(model.tokenizer.config))
  await writeSafetensors(join(unfinished, 'model.safetensors'), model)
  await rename(unfinished, folder)
  return folder
}

export function configJson(config: DecoderConfig) {
  if (config.family !== 'llama' || config.rope.scaling.kind !== 'none')
    throw new Error('The benches against PEFT write folders of plain Llama models only.')
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    dtype: 'float32',
    hidden_size: config.hidden,
    intermediate_size: config.intermediate,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.kvHeads,
    head_dim: config.headDim,
    vocab_size: config.vocab,
    max_position_embeddings: config.context,
    rms_norm_eps: config.normEps,
    hidden_act: 'silu',
    attention_bias: false,
    mlp_bias: false,
    tie_word_embeddings: config.tiedHead,
    rope_parameters: { rope_type: 'default', rope_theta: config.rope.theta },
  }
}

interface StoredTensor {
  readonly shape: readonly number[]
  readonly bytes: number
}

/** The format's beginning: header length (u64), header as JSON; the tensors' bytes follow one after another. */
export function safetensorsHeader(tensors: Readonly<Record<string, StoredTensor>>, dtype: 'F32' | 'BF16'): Buffer {
  let end = 0
  const entries = Object.entries(tensors).map(([name, { shape, bytes }]) => {
    const begin = end
    end += bytes
    return [name, { dtype, shape, data_offsets: [begin, end] }]
  })
  const json = JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) })
  const header = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8), 'utf8')
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, header])
}

async function writeSafetensors(path: string, { folder, weights }: PreparedModel): Promise<void> {
  const file = await open(path, 'w')
  try {
    await file.writeFile(safetensorsHeader(weights, 'F32'))
    for (const { file: name, offset, bytes } of Object.values(weights))
      await file.writeFile(createReadStream(join(folder, name), { start: offset, end: offset + bytes - 1 }))
  } finally {
    await file.close()
  }
}

/** The float32 rows of a weight matrix, one after another. */
export async function rowsOf(model: PreparedModel, weight: string, rows: readonly number[]): Promise<number[]> {
  const ref = model.weights[weight] as WeightRef
  const width = ref.shape.at(-1) ?? 0
  const file = await open(join(model.folder, ref.file), 'r')
  try {
    const values: number[] = []
    for (const row of rows) {
      const data = new Float32Array(width)
      await file.read(new Uint8Array(data.buffer), 0, 4 * width, ref.offset + 4 * width * row)
      values.push(...data)
    }
    return values
  } finally {
    await file.close()
  }
}
