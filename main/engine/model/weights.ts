// The weights that a decoder needs, by Hugging Face's names, and what GGUF calls them.
import type { QuantisedWeight, DecoderConfig, PreparedModel } from '../../contract/model.ts'

/** Name and shape of every weight of the network. */
export function neededWeights(config: DecoderConfig): ReadonlyMap<string, readonly number[]> {
  const { hidden, heads, kvHeads, headDim, intermediate, vocab, layers } = config
  const needed = new Map<string, readonly number[]>([
    ['model.embed_tokens.weight', [vocab, hidden]],
    ['model.norm.weight', [hidden]],
  ])
  if (!config.tiedHead) needed.set('lm_head.weight', [vocab, hidden])
  const linears: Record<string, readonly [number, number]> = {
    'self_attn.q_proj': [heads * headDim, hidden],
    'self_attn.k_proj': [kvHeads * headDim, hidden],
    'self_attn.v_proj': [kvHeads * headDim, hidden],
    'self_attn.o_proj': [hidden, heads * headDim],
    'mlp.gate_proj': [intermediate, hidden],
    'mlp.up_proj': [intermediate, hidden],
    'mlp.down_proj': [hidden, intermediate],
  }
  const norms: Record<string, number> = {
    input_layernorm: hidden,
    post_attention_layernorm: hidden,
    ...(config.postNorms ? { pre_feedforward_layernorm: hidden, post_feedforward_layernorm: hidden } : {}),
    ...(config.qkNorm ? { 'self_attn.q_norm': headDim, 'self_attn.k_norm': headDim } : {}),
  }
  for (let layer = 0; layer < layers; layer++) {
    const at = `model.layers.${layer}`
    for (const [name, shape] of Object.entries(linears)) {
      needed.set(`${at}.${name}.weight`, shape)
      if (config.qkvBias && /[qkv]_proj$/.test(name)) needed.set(`${at}.${name}.bias`, [shape[0]])
    }
    for (const [name, size] of Object.entries(norms)) needed.set(`${at}.${name}.weight`, [size])
  }
  return needed
}

/** GGUF's name of a weight; `layerTensors` are the architecture's names of those in a layer. */
export function ggufName(name: string, layerTensors: Readonly<Record<string, string>>): string {
  if (name === 'model.embed_tokens.weight') return 'token_embd.weight'
  if (name === 'model.norm.weight') return 'output_norm.weight'
  if (name === 'lm_head.weight') return 'output.weight'
  const [, layer = '', part = '', kind = ''] = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name) ?? []
  return `blk.${layer}.${layerTensors[part]}.${kind}`
}

/** Parts of an 8-bit weight that only the backward pass uses. */
const backwardParts: ReadonlySet<string> = new Set(['rows', 'scales'])

/** Whether the forward and the backward pass each have a copy of the weights. */
export const hasOwnCopies = ({ quantised = {} }: Partial<Pick<PreparedModel, 'quantised'>>): boolean =>
  Object.values(quantised).some(({ scheme, parts }) => scheme === 'int8' && 'rows' in parts)

/** The model with one copy of each weight: a slower backward pass in half the memory. Nothing is written. */
export function withoutCopies(model: PreparedModel): PreparedModel {
  if (!hasOwnCopies(model)) return model
  const quantised = Object.entries(model.quantised ?? {}).map(([name, weight]): [string, QuantisedWeight] => {
    if (weight.scheme !== 'int8') return [name, weight]
    const parts = Object.entries(weight.parts).filter(([part]) => !backwardParts.has(part))
    return [name, { ...weight, parts: Object.fromEntries(parts) }]
  })
  return { ...model, quantised: Object.fromEntries(quantised) }
}
