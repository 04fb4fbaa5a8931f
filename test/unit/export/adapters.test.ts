// Adapters as PEFT and llama.cpp hold them, and refused by name where they have none that acts alike.
import { describe, expect, it } from 'vitest'
import type { GivenSettings } from '../../../main/contract/settings.ts'
import type { Exported } from '../../../main/engine/export/format.ts'
import { targetsOf } from '../../../main/engine/export/formats.ts'
import { gguf } from '../../../main/engine/export/gguf.ts'
import { peft } from '../../../main/engine/export/peft.ts'
import { readTensors } from '../../../main/engine/export/read-tensors.ts'
import { parseGguf } from '../../../main/engine/model/gguf.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { exportedOf } from '../../support/exported.ts'
import { randomPrompt } from '../../support/random-prompt.ts'
import { type Family, tinyModel } from '../../support/tiny.ts'

const labels = ['billing', 'delivery']

async function exported(own: object, family: Family = 'llama'): Promise<Exported> {
  const model = await tinyModel(family)
  const prompt = await randomPrompt(model, defaultSettings(own as GivenSettings, labels), labels, 1)
  return { ...exportedOf(model, prompt), name: 'Mail' }
}

const configOf = (one: Exported) => JSON.parse(String(peft(one)['adapter_config.json'])) as Record<string, unknown>

describe('in PEFT’s form', () => {
  it('LoRA has its rank, its alpha, its linear maps and two matrices for each', async () => {
    const one = await exported({ method: 'lora', rank: 4, alpha: 12, linears: 'k_proj,down_proj' })
    expect(configOf(one)).toMatchObject({
      ...{ peft_type: 'LORA', r: 4, lora_alpha: 12, target_modules: ['k_proj', 'down_proj'], lora_bias: false },
      alora_invocation_tokens: null,
    })
    const tensors = readTensors(peft(one)['adapter_model.safetensors'] as Uint8Array)
    expect(Object.keys(tensors)).toHaveLength(2 * 2 * one.config.layers)
    const a = tensors['base_model.model.model.layers.1.mlp.down_proj.lora_A.weight']
    expect(a).toEqual(one.prompt.tensors['1.down_proj.lora_A'])
  })

  it('LoRA on the tail names the tail’s tokens, which end every row', async () => {
    const one = await exported({ method: 'tail-lora', tail: 2 })
    const { ending } = one.rendering
    expect(configOf(one)['alora_invocation_tokens']).toEqual(ending.slice(-2))
    expect(String(peft(one)['README.md'])).toContain('activated LoRA')
  })

  it('IA3 says which maps have their inputs scaled', async () => {
    const one = await exported({ method: 'ia3' })
    expect(configOf(one)).toMatchObject({
      ...{ peft_type: 'IA3', target_modules: ['k_proj', 'v_proj', 'down_proj'], feedforward_modules: ['down_proj'] },
    })
    const tensors = readTensors(peft(one)['adapter_model.safetensors'] as Uint8Array)
    const { hidden, intermediate } = one.config
    const at = 'base_model.model.model.layers.0'
    expect(tensors[`${at}.mlp.down_proj.ia3_l`]?.shape).toEqual([1, intermediate])
    expect(tensors[`${at}.self_attn.k_proj.ia3_l`]?.shape).toEqual([hidden / 2, 1])
  })

  it('biases are those of a LoRA that adds nothing else', async () => {
    const one = await exported({ method: 'bitfit', linears: 'up_proj' })
    expect(configOf(one)).toMatchObject({ peft_type: 'LORA', r: 1, lora_alpha: 1, lora_bias: true })
    const tensors = readTensors(peft(one)['adapter_model.safetensors'] as Uint8Array)
    const at = 'base_model.model.model.layers.0.mlp.up_proj'
    expect(tensors[`${at}.lora_B.bias`]?.data).toEqual(one.prompt.tensors['0.up_proj.bias']?.data)
    expect(tensors[`${at}.lora_B.weight`]?.data.every((value) => value === 0)).toBe(true)
  })

  it.each([
    ['tail-ia3', 'tail IA3'],
    ['prefix-tail-lora', 'prefix and tail LoRA'],
  ])('%s is refused by its name, with what to use instead', async (method, name) => {
    const one = await exported({ method, tokens: 2 })
    expect(() => peft(one)).toThrow(
      `PEFT cannot hold a prompt made by ${name}. Export it as a prompt file, or tune with tail LoRA or prefix tuning instead.`,
    )
  })
})

it.each([
  ['prefix-tuning', {}, ['peft', 'bundle']],
  ['p-tuning', {}, ['peft', 'bundle']],
  ['lora', {}, ['peft', 'gguf', 'bundle']],
  ['tail-lora', { tail: 2 }, ['peft', 'gguf', 'bundle']],
  ['tail-lora', { tail: 1 }, ['peft', 'bundle']],
  ['ia3', {}, ['peft', 'bundle']],
  ['tail-ia3', {}, ['bundle']],
  ['tail-bias', {}, ['peft', 'bundle']],
  ['prefix-tail-lora', {}, ['bundle']],
])('%s %o can be taken to %o', (method, own, targets) => {
  expect(targetsOf(defaultSettings({ method, ...own }))).toEqual(targets)
})

describe('a tail', () => {
  it('that reaches into the text is refused: its tokens differ from row to row', async () => {
    const long = await exported({ method: 'tail-lora', tail: 3, template: { body: '{text}=+' } })
    expect(long.rendering.ending).toHaveLength(2)
    expect(() => peft(long)).toThrow('only the last 2 are the same in every row. Tune with a tail of at most 2')
    const none = await exported({ method: 'tail-lora', template: { body: '{text}' } })
    expect(none.rendering.ending).toEqual([])
    expect(() => peft(none)).toThrow('here the template ends with the row’s own text')
  })
})

describe('as a GGUF adapter', () => {
  const parsed = (one: Exported) => {
    const file = gguf(one)['Mail.gguf'] as Uint8Array
    const header = parseGguf(file)
    if (header === 'needs more') throw new Error('it is incomplete')
    const tensors = new Map(
      header.tensors.map(({ name, shape, type, offset }) => {
        const bytes = file.subarray(offset, offset + 4 * (shape[0] ?? 0) * (shape[1] ?? 0))
        const data = new Float32Array(Uint8Array.from(bytes).buffer)
        return [name, { shape, type, data }]
      }),
    )
    return { metadata: header.metadata, tensors }
  }

  it('LoRA has llama.cpp’s names, and its values as they are', async () => {
    const one = await exported({ method: 'lora', rank: 4, alpha: 12 }, 'qwen3')
    const { metadata, tensors } = parsed(one)
    expect(Object.fromEntries(metadata)).toMatchObject({
      ...{ 'general.type': 'adapter', 'general.architecture': 'qwen3', 'general.name': 'Mail' },
      ...{ 'adapter.type': 'lora', 'adapter.lora.alpha': 12 },
    })
    expect(metadata.has('adapter.alora.invocation_tokens')).toBe(false)
    expect(tensors.size).toBe(2 * 7 * one.config.layers)
    for (const [ours, theirs] of [
      ['0.q_proj.lora_B', 'blk.0.attn_q.weight.lora_b'],
      ['1.o_proj.lora_A', 'blk.1.attn_output.weight.lora_a'],
      ['1.down_proj.lora_B', 'blk.1.ffn_down.weight.lora_b'],
    ] as const) {
      const { shape, data } = one.prompt.tensors[ours] ?? { shape: [], data: [] }
      expect(tensors.get(theirs)).toEqual({ shape, type: 0, data })
    }
  })

  it('of a Llama has queries’ and keys’ rows in the order of its rotary pairs', async () => {
    const one = await exported({ method: 'lora' })
    const { tensors } = parsed(one)
    const { headDim } = one.config
    for (const linear of ['q', 'k']) {
      const { shape, data: ours } = one.prompt.tensors[`0.${linear}_proj.lora_B`] ?? { shape: [], data: [] }
      const [rows = 0, rank = 0] = shape
      const theirs = tensors.get(`blk.0.attn_${linear}.weight.lora_b`)?.data ?? []
      const row = (data: ArrayLike<number>, at: number) => Array.from({ length: rank }, (_, i) => data[at * rank + i])
      for (let head = 0; head < rows; head += headDim)
        for (let j = 0; j < headDim / 2; j++) {
          expect(row(theirs, head + 2 * j)).toEqual(row(ours, head + j))
          expect(row(theirs, head + 2 * j + 1)).toEqual(row(ours, head + headDim / 2 + j))
        }
    }
  })

  it('of a Mistral has the name and the order of Llama’s files', async () => {
    const one = await exported({ method: 'lora' })
    const { metadata, tensors } = parsed({ ...one, config: { ...one.config, family: 'mistral' } })
    expect(metadata.get('general.architecture')).toBe('llama')
    expect(tensors).toEqual(parsed(one).tensors)
  })

  it('on the tail begins one token before its invocation tokens, as llama-server has it', async () => {
    const one = await exported({ method: 'tail-lora', tail: 3 })
    const { metadata } = parsed(one)
    expect(metadata.get('adapter.alora.invocation_tokens')).toEqual(one.rendering.ending.slice(-2))
    expect(String(gguf(one)['README.md'])).toContain('llama-server --model BASE.gguf --lora Mail.gguf')
  })

  it('needs a tail of two tokens, and LoRA', async () => {
    const short = await exported({ method: 'tail-lora', tail: 1 })
    expect(() => gguf(short)).toThrow('Tune with a tail of at least two tokens')
    for (const method of ['ia3', 'bitfit', 'prompt-tuning', 'prefix-tuning', 'prefix-tail-lora']) {
      const one = await exported({ method, tokens: 2 })
      expect(() => gguf(one)).toThrow('A GGUF adapter cannot hold a prompt made by')
    }
  })
})
