// A Llama small enough for a kill every second: seeded weights, one token for each byte.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DecoderConfig } from '../../main/contract/model.ts'
import { configFromJson } from '../../main/engine/model/config-json.ts'
import { neededWeights } from '../../main/engine/model/weights.ts'
import { createRandom } from '../../main/engine/random.ts'

const bytes = 256
const end = '<end>'

const configJson = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 8,
  vocab_size: bytes + 1,
  max_position_embeddings: 512,
  rms_norm_eps: 1e-5,
  hidden_act: 'silu',
  tie_word_embeddings: true,
  rope_parameters: { rope_type: 'default', rope_theta: 10000 },
}

/** Writes the model as a Hugging Face folder. */
export async function writeTinyModel(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'config.json'), JSON.stringify(configJson))
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizerJson()))
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ eos_token: end }))
  await writeFile(join(folder, 'model.safetensors'), safetensors(configFromJson(configJson)))
}

function safetensors(config: DecoderConfig): Buffer {
  const random = createRandom(11)
  const header: Record<string, unknown> = {}
  const parts: Buffer[] = []
  let at = 0
  for (const [name, shape] of neededWeights(config)) {
    const count = shape.reduce((a, b) => a * b, 1)
    // Norms multiply: they stand at one.
    const values = Float32Array.from({ length: count }, () => (shape.length === 1 ? 1 : random.normal() * 0.2))
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + 4 * count] }
    at += 4 * count
    parts.push(Buffer.from(values.buffer))
  }
  const json = JSON.stringify(header)
  const head = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(head.length))
  return Buffer.concat([length, head, ...parts])
}

/** Byte-level BPE without merges. */
function tokenizerJson() {
  const vocab = Object.fromEntries([...byteLetters(), end].map((letter, id) => [letter, id]))
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [
      { id: bytes, content: end, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
    ],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab,
      merges: [],
    },
  }
}

/** GPT-2's letters for bytes: printable ones stand for themselves, the others for letters from 256 on. */
function byteLetters(): string[] {
  let others = 0
  const printable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255)
  return Array.from({ length: bytes }, (_, byte) => String.fromCharCode(printable(byte) ? byte : 256 + others++))
}
