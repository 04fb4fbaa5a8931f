// A model of any size whose weights are random, as a folder of bfloat16 safetensors: large ones cannot be had everywhere.
import { existsSync } from 'node:fs'
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DecoderConfig, PreparedModel } from '../../main/contract/model.ts'
import { createRandom } from '../../main/engine/random.ts'
import { headerOf } from '../../main/engine/model/safetensors-header.ts'
import { jsonFromConfig } from '../../main/engine/model/write-folder.ts'
import { cache } from './paths.ts'

export type Dimensions = Pick<DecoderConfig, 'hidden' | 'intermediate' | 'layers' | 'heads' | 'kvHeads' | 'headDim'>

/** Weights of a usual size: what is computed neither overflows nor vanishes. */
const deviation = 0.02
/** Values that are drawn; tensors repeat them, which no kernel notices. */
const drawn = 1 << 22

/** Path of the folder, written once; vocabulary and tokenizer are those of `like`. */
export async function randomModel(name: string, dimensions: Dimensions, like: PreparedModel): Promise<string> {
  const folder = join(cache, 'random', name)
  if (existsSync(folder)) return folder
  const config: DecoderConfig = { ...like.config, ...dimensions, tiedHead: false }
  const unfinished = `${folder}.new`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true })
  const type = 'bfloat16'
  await writeFile(
    join(unfinished, 'config.json'),
    JSON.stringify({ ...jsonFromConfig(config), dtype: type, torch_dtype: type }),
  )
  await writeFile(join(unfinished, 'tokenizer.json'), JSON.stringify(like.tokenizer.tokenizer))
  await writeFile(join(unfinished, 'tokenizer_config.json'), JSON.stringify(like.tokenizer.config))
  await writeWeights(join(unfinished, 'model.safetensors'), shapesOf(config))
  await rename(unfinished, folder)
  return folder
}

/** Weights of a Llama by Hugging Face's names. */
function shapesOf(config: DecoderConfig): Readonly<Record<string, readonly number[]>> {
  const { hidden, intermediate, layers, heads, kvHeads, headDim, vocab } = config
  const layer = {
    'input_layernorm.weight': [hidden],
    'self_attn.q_proj.weight': [heads * headDim, hidden],
    'self_attn.k_proj.weight': [kvHeads * headDim, hidden],
    'self_attn.v_proj.weight': [kvHeads * headDim, hidden],
    'self_attn.o_proj.weight': [hidden, heads * headDim],
    'post_attention_layernorm.weight': [hidden],
    'mlp.gate_proj.weight': [intermediate, hidden],
    'mlp.up_proj.weight': [intermediate, hidden],
    'mlp.down_proj.weight': [hidden, intermediate],
  }
  const all = Array.from({ length: layers }, (_, i) =>
    Object.entries(layer).map(([name, shape]) => [`model.layers.${String(i)}.${name}`, shape] as const),
  )
  return {
    'model.embed_tokens.weight': [vocab, hidden],
    ...Object.fromEntries(all.flat()),
    'model.norm.weight': [hidden],
    'lm_head.weight': [vocab, hidden],
  }
}

async function writeWeights(path: string, shapes: Readonly<Record<string, readonly number[]>>): Promise<void> {
  const random = createRandom(1)
  const floats = Float32Array.from({ length: drawn }, () => deviation * random.normal())
  // The upper half of a float32 is the bfloat16 below it.
  const values = Uint16Array.from(new Uint32Array(floats.buffer), (bits) => bits >>> 16)
  const ones = new Uint16Array(1 << 16).fill(0x3f80)
  const tensors = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      { dtype: 'BF16' as const, shape, bytes: 2 * shape.reduce((a, b) => a * b, 1) },
    ]),
  )
  const file = await open(path, 'w')
  try {
    await file.writeFile(headerOf(tensors))
    for (const { shape, bytes } of Object.values(tensors)) {
      const source = Buffer.from((shape.length === 1 ? ones : values).buffer)
      for (let left = bytes; left > 0; left -= source.length)
        await file.writeFile(source.subarray(0, Math.min(left, source.length)))
    }
  } finally {
    await file.close()
  }
}
