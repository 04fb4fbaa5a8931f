// The shape of a decoder that exists on paper only.
import type { DecoderConfig } from '../../main/contract/model.ts'

const rope = { theta: 10_000, scaling: { kind: 'none' } } as const

export const smallConfig: DecoderConfig = {
  family: 'llama',
  layers: 1,
  hidden: 4,
  heads: 2,
  kvHeads: 1,
  headDim: 2,
  intermediate: 8,
  vocab: 100,
  context: 64,
  normEps: 1e-5,
  normOffset: 0,
  activation: 'silu',
  qkvBias: false,
  qkNorm: false,
  postNorms: false,
  embeddingScale: 1,
  attentionScale: 0.7,
  tiedHead: true,
  rope,
  windowedLayers: [false],
  window: 0,
  localRope: rope,
}
