// Opening a model: what nothing of the network uses is refused by name, and what is no model is called what it is.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openModel } from '../../../main/engine/model/open.ts'
import { createTokenizer } from '../../../main/engine/tokens/tokenizer.ts'
import { type Change, folderWith, typed, weightsWith } from '../../support/model-folder.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { type Family, tinyFolder } from '../../support/tiny.ts'
import { f32, type Gguf, ggufFile, ggufFixture } from '../../support/write-gguf.ts'

const layer = 'model.layers.0.self_attn'
const ones = (...shape: number[]) => ({ shape, data: new Float32Array(shape.reduce((n, size) => n * size, 1)).fill(1) })

/** A file with this content. */
function fileOf(name: string, content: Uint8Array | string): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}

const llama = ggufFixture('llama')
const changed = ({ metadata = {}, tensors = [] }: Partial<Gguf>, from = llama): string =>
  fileOf('m.gguf', ggufFile({ metadata: { ...from.metadata, ...metadata }, tensors: [...from.tensors, ...tensors] }))

describe('a tensor that nobody asks for', () => {
  it.each([
    ['a bias of the attention', 'llama', `${layer}.q_proj.bias`, ones(16)],
    ['a bias of the output', 'qwen2', `${layer}.o_proj.bias`, ones(16)],
    ['a bias of the feed-forward block', 'llama', 'model.layers.1.mlp.up_proj.bias', ones(24)],
    ['a norm of queries', 'llama', `${layer}.q_norm.weight`, ones(4)],
    ['a norm after attention', 'qwen3', 'model.layers.0.pre_feedforward_layernorm.weight', ones(16)],
    ['a layer too many', 'llama', 'model.layers.2.input_layernorm.weight', ones(16)],
    ['a head of a classifier', 'llama', 'score.weight', ones(2, 16)],
    ['an adapter', 'llama', `${layer}.q_proj.lora_A.default.weight`, ones(2, 16)],
    ['a prototype’s name', 'llama', '__proto__x', ones(2)],
  ] as const)('of safetensors is refused by name: %s', async (_, family, name, tensor) => {
    const folder = folderWith(family as Family, {
      'model.safetensors': weightsWith(family as Family, { [name]: tensor }),
    })
    await expect(openModel(folder)).rejects.toThrow(`weights named ${name}`)
  })

  it.each([
    ['a bias of the attention', f32('blk.0.attn_q.bias', [16])],
    ['a bias of the feed-forward block', f32('blk.1.ffn_gate.bias', [24])],
    ['a norm of queries', f32('blk.0.attn_q_norm.weight', [4])],
    ['rotary factors for long texts', f32('rope_factors_long.weight', [2])],
    ['a norm of the embedding', f32('token_embd_norm.weight', [16])],
    ['a layer too many', f32('blk.2.attn_norm.weight', [16])],
  ])('of GGUF is refused by name: %s', async (_, tensor) => {
    await expect(openModel(changed({ tensors: [tensor] }))).rejects.toThrow(`weights named ${tensor.name}`)
  })

  it('is left out where it changes nothing, of whatever type it is', async () => {
    const plain = await openModel(tinyFolder('llama'))
    const more = {
      'model.layers.0.self_attn.rotary_emb.inv_freq': ones(2),
      'model.rotary_emb.inv_freq': ones(2),
      'model.embed_tokens.position_ids': ones(8),
      'vision_tower.vision_model.encoder.layers.0.mlp.fc1.qweight': ones(8),
      'model.vision_tower.embeddings.position_ids': ones(8),
      'model.multi_modal_projector.mm_input_projection_weight': ones(8),
    }
    let file = weightsWith('llama', more)
    const types = ['I64', 'F64', 'BOOL', 'F8_E4M3', 'U8', 'I4']
    Object.keys(more).forEach((name, i) => (file = typed(file, name, types[i] ?? 'I64')))
    const found = await openModel(folderWith('llama', { 'model.safetensors': file }))
    expect(Object.keys(found.weights)).toEqual(Object.keys(plain.weights))
    const tower = { ...f32('v.blk.0.attn_q.weight', [256]), type: 10 }
    expect((await openModel(changed({ tensors: [tower] }))).config).toEqual((await openModel(changed({}))).config)
  })

  it('has its type named where it is needed', async () => {
    for (const type of ['F64', 'F8_E4M3', 'I8', 'I64', 'F4']) {
      const file = typed(weightsWith('llama', {}), `${layer}.q_proj.weight`, type)
      await expect(openModel(folderWith('llama', { 'model.safetensors': file }))).rejects.toThrow(`stored as ${type},`)
    }
    const names = {
      10: 'Q2_K',
      16: 'IQ2_XXS',
      17: 'IQ2_XS',
      20: 'IQ4_NL',
      23: 'IQ4_XS',
      28: 'F64',
      39: 'MXFP4',
      99: '99',
    }
    for (const [type, name] of Object.entries(names)) {
      const tensors = llama.tensors.map((each) =>
        each.name === 'blk.0.ffn_up.weight' ? { ...each, type: Number(type) } : each,
      )
      const path = fileOf('m.gguf', ggufFile({ metadata: llama.metadata, tensors }))
      await expect(openModel(path)).rejects.toThrow(new RegExp(`blk\\.0\\.ffn_up\\.weight are stored as .*${name}`))
    }
  })

  it('has its packing named', async () => {
    const packed = { [`${layer}.q_proj.weight`]: undefined, [`${layer}.q_proj.qweight`]: ones(16, 2) }
    const folder = folderWith('llama', { 'model.safetensors': weightsWith('llama', packed) })
    await expect(openModel(folder)).rejects.toThrow('quantised')
    const scaled = weightsWith('llama', { [`${layer}.q_proj.weight_scale`]: ones(1) })
    await expect(openModel(folderWith('llama', { 'model.safetensors': scaled }))).rejects.toThrow('quantised')
  })
})

describe('a setting that changes the mathematics', () => {
  it.each([
    ['attention_bias', true],
    ['mlp_bias', true],
    ['hidden_act', 'gelu'],
    ['partial_rotary_factor', 0.5],
    ['rope_scaling', { rope_type: 'dynamic', factor: 2 }],
    ['rope_scaling', { type: 'linear', factor: 2, partial_rotary_factor: 0.5 }],
    ['rope_parameters', { full_attention: { rope_type: 'default', rope_theta: 1e4 } }],
    ['final_logit_softcapping', 30],
    ['attn_logit_softcapping', 50],
    ['layer_types', ['linear_attention', 'full_attention']],
    ['embedding_multiplier', 12],
    ['residual_multiplier', 0.22],
    ['logits_scaling', 8],
    ['attention_multiplier', 0.1],
    ['no_rope_layers', [1, 0]],
    ['use_qk_norm', true],
    ['clip_qkv', 8],
    ['attention_chunk_size', 8192],
    ['num_local_experts', 8],
    ['quantization_config', { quant_method: 'gptq', bits: 4 }],
    ['quantization_config', { quant_method: 'awq' }],
    ['quantization', { group_size: 64, bits: 4 }],
  ])('of config.json is refused: %s', async (key, value) => {
    const folder = folderWith('llama', {
      'config.json': {
        [key]: value,
        ...(key === 'layer_types' ? { sliding_window: 8, model_type: 'qwen2', use_sliding_window: true } : {}),
      },
    })
    await expect(openModel(folder)).rejects.toMatchObject({
      code: expect.stringMatching(/unsupported-feature|quantised/) as string,
    })
  })

  it.each([
    ['attention_bias', false],
    ['final_logit_softcapping', null],
    ['embedding_multiplier', 1],
    ['quantization_config', null],
    ['pretraining_tp', 1],
    ['rope_interleaved', false],
    ['partial_rotary_factor', 1],
    ['an_unknown_note', { of: 'a trainer' }],
  ])('of config.json is taken where it changes nothing: %s', async (key, value) => {
    const { config } = await openModel(folderWith('llama', { 'config.json': { [key]: value } }))
    expect(config).toEqual((await openModel(tinyFolder('llama'))).config)
  })

  it.each([
    ['llama.logit_scale', 8],
    ['llama.embedding_scale', 12],
    ['llama.residual_scale', 0.25],
    ['llama.final_logit_softcapping', 30],
    ['llama.attn_logit_softcapping', 50],
    ['llama.attention.scale', 0.5],
    ['llama.attention.causal', false],
    ['llama.attention.clamp_kqv', 8],
    ['llama.attention.max_alibi_bias', 8],
    ['llama.attention.value_length', 8],
    ['llama.use_parallel_residual', true],
    ['llama.rope.scaling.type', 'longrope'],
    ['llama.rope.scaling.attn_factor', 2],
    ['llama.rope.dimension_sections', [8, 4, 4]],
    ['llama.expert_count', 8],
    ['llama.a_setting_of_the_future', 0.5],
  ])('of GGUF is refused: %s', async (key, value) => {
    const opened = openModel(changed({ metadata: { [key]: value } }))
    await expect(opened).rejects.toMatchObject({ code: 'model/unsupported-feature' })
  })

  it('of GGUF is taken where it changes nothing, and a window is read', async () => {
    const { config } = await openModel(changed({}))
    const metadata = {
      'llama.logit_scale': 1,
      'llama.expert_used_count': 0,
      'llama.vocab_size': 320,
      'general.note': 'x',
    }
    expect((await openModel(changed({ metadata }))).config).toEqual(config)
    const windowed = await openModel(changed({ metadata: { 'llama.attention.sliding_window': 8 } }))
    expect(windowed.config).toMatchObject({ window: 8, windowedLayers: [true, true] })
    const qwen = ggufFixture('qwen3')
    const unnamed = changed({ metadata: { 'qwen3.attention.sliding_window': 8 } }, qwen)
    await expect(openModel(unnamed)).rejects.toThrow('sliding window')
  })
})

describe('a token beyond the embedding', () => {
  const tokenizer = JSON.parse(readFileSync(join(tinyFolder('llama'), 'tokenizer.json'), 'utf8')) as {
    added_tokens: object[]
    model: { vocab: Record<string, number> }
  }
  const withToken = (content: string, special: boolean, changes: Record<string, Change> = {}): string =>
    folderWith('llama', {
      'tokenizer.json': {
        added_tokens: [...tokenizer.added_tokens, { id: 320, content, special, normalized: false }],
        model: { ...tokenizer.model, vocab: { ...tokenizer.model.vocab, [content]: 320 } },
      },
      ...changes,
    })

  it('is refused where a text can hold it', async () => {
    await expect(openModel(withToken('ZZTOP', false))).rejects.toThrow('a token "ZZTOP" beyond the 320')
    const vocab = { ...tokenizer.model.vocab, zz: 400 }
    const folder = folderWith('llama', { 'tokenizer.json': { model: { ...tokenizer.model, vocab } } })
    await expect(openModel(folder)).rejects.toThrow('a token "zz" beyond')
    const template = { 'chat_template.jinja': '{{ messages[0].content }}<image>' }
    await expect(openModel(withToken('<image>', true, template))).rejects.toThrow('"<image>"')
    const tokens = [...(llama.metadata['tokenizer.ggml.tokens'] as string[]), 'more']
    const gguf = changed({ metadata: { 'tokenizer.ggml.tokens': tokens } })
    await expect(openModel(gguf)).rejects.toMatchObject({ code: 'tokens/beyond' })
  })

  it('is left out where only the model’s other senses use it, as in Gemma 3', async () => {
    const found = createTokenizer((await openModel(withToken('<image_soft_token>', true))).tokenizer)
    expect(found.vocabSize).toBeLessThanOrEqual(320)
    expect(Math.max(...found.encode('an <image_soft_token> in a text'))).toBeLessThan(320)
  })
})

describe('GGUF’s own texts', () => {
  it('name the default template among several, and all that ends a text', async () => {
    const metadata = {
      'tokenizer.chat_template': 'MAIN{{ messages[0].content }}',
      'tokenizer.chat_template.tool_use': 'TOOL',
      'tokenizer.ggml.eos_token_id': 1,
      'tokenizer.ggml.eot_token_id': 5,
    }
    const { tokenizer } = await openModel(changed({ metadata }))
    expect(tokenizer.config['chat_template']).toEqual([
      { name: 'default', template: 'MAIN{{ messages[0].content }}' },
      { name: 'tool_use', template: 'TOOL' },
    ])
    expect(createTokenizer(tokenizer).ends).toEqual([1, 5])
  })
})
