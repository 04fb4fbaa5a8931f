// Folders of PEFT: what goes in comes out, others' are opened or refused in a sentence of their own.
import fc from 'fast-check'
import { strToU8, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import type { GivenSettings } from '../../../main/contract/settings.ts'
import type { NamedTensors } from '../../../main/contract/tensor.ts'
import { openPeft } from '../../../main/engine/export/open-peft.ts'
import { openArchive } from '../../../main/engine/export/open-prompt.ts'
import { methodOf } from '../../../main/engine/method/index.ts'
import { peftFuzz } from '../../fuzz/peft.ts'
import { foreign, jsonOf, labels, peftFolder } from '../../support/peft-folder.ts'
import { typed } from '../../support/model-folder.ts'

const lora = { method: 'lora', linears: 'q_proj,down_proj' } as GivenSettings

describe('a folder that the studio exported', () => {
  it.each<GivenSettings>([
    { method: 'prompt-tuning', placement: 'before-text' },
    { method: 'p-tuning', placement: 'start' },
    { method: 'prefix-tuning', placement: 'after-text', tail: 3 },
    { method: 'prefix-projection', placement: 'start' },
    { method: 'lora', rank: 4, alpha: 24 } as GivenSettings,
    { method: 'tail-lora', tail: 2, maxTokens: 99 },
    { method: 'ia3' },
    { method: 'bitfit' },
    { method: 'tail-bias' },
  ])('comes back with the same parts, template, labels and answers: %o', async (own) => {
    const { model, prompt, files } = await peftFolder(own)
    const { base, answers, promptFor, name } = openPeft(files, 'mail', [])
    const opened = promptFor(model.config)
    const { settings, tensors } = prompt
    if (!opened) throw new Error('it does not fit its own model')
    expect({ name, base: base.hash, answers }).toMatchObject({ name: 'mail', base: model.hash })
    expect(answers).toEqual([{ text: 'Hello', probabilities: [0.25, 0.75] }])
    const parts = methodOf(opened.settings).fold(opened.tensors, opened.settings)
    expect(parts).toEqual(methodOf(settings).fold(tensors, settings))
    const { placement, template, maxTokens, task } = settings
    expect(opened.settings).toMatchObject({ placement, template, maxTokens, task: task ?? 'classification' })
    if (placement === 'after-text') expect(opened.settings.tail).toBe(settings.tail)
    expect(opened.labels).toEqual(labels)
  })

  it('is opened as a zip, too, whatever folder it lies in there', async () => {
    const { model, files } = await peftFolder(lora)
    const inner = Object.fromEntries(Object.entries(files).map(([name, content]) => [`mail/${name}`, content]))
    const { name, promptFor } = openArchive(zipSync(inner as Record<string, Uint8Array>), 'mail.zip')
    expect(name).toBe('mail')
    expect(promptFor(model.config)?.settings.method).toBe('lora')
  })
})

describe('a folder that another program made', () => {
  const opened = (files: Awaited<ReturnType<typeof peftFolder>>['files'], given: readonly string[] = []) =>
    openPeft(files, 'theirs', given)

  it('names its model only roughly, and writes freely in the plain template', async () => {
    const { model, files } = await peftFolder(lora)
    const { base, promptFor } = opened(foreign(files, { base_model_name_or_path: 'someone/tiny-llama' }))
    expect(base).toEqual({ name: 'someone/tiny-llama' })
    expect(promptFor(model.config)).toMatchObject({ labels: [], settings: { task: 'generation', placement: 'start' } })
    expect(promptFor({ ...model.config, hidden: 17 })).toBeUndefined()
    expect(promptFor({ ...model.config, layers: 3 })).toBeUndefined()
  })

  it('chooses among labels that are given', async () => {
    const { model, files } = await peftFolder(lora)
    const prompt = opened(foreign(files), ['a', 'b', 'a']).promptFor(model.config)
    expect(prompt).toMatchObject({ labels: ['a', 'b'], settings: { task: 'classification', loss: 'labels' } })
  })

  it('with rank-stabilised LoRA is scaled by alpha / sqrt(r)', async () => {
    const { model, files } = await peftFolder(lora)
    const prompt = opened(foreign(files, { use_rslora: true, r: 8, lora_alpha: 16 })).promptFor(model.config)
    const { updates } = methodOf(lora as { method: string }).fold(prompt?.tensors ?? {}, prompt?.settings as never)
    expect(updates?.[0]?.lowRank?.scale).toBeCloseTo(16 / Math.sqrt(8), 5)
  })

  it.each(['F16', 'BF16'])('in %s is read as float32', async (dtype) => {
    const { model, prompt, files } = await peftFolder(lora)
    const halves = (own: NamedTensors): NamedTensors =>
      Object.fromEntries(
        Object.entries(own).map(([name, { shape, data }]) => {
          // Two numbers of half the width have the bytes of one: the shape below is the true one again.
          const narrow = Uint16Array.from(data, (value) => narrowed(value, dtype))
          return [
            name,
            { shape: [...shape.slice(0, -1), (shape.at(-1) ?? 0) / 2], data: new Float32Array(narrow.buffer) },
          ]
        }),
      )
    const file = foreign(files, {}, halves)
    const named = Object.keys(prompt.tensors).length
    const bytes = retyped(file['adapter_model.safetensors'] as Uint8Array, dtype)
    const tensors = opened({ ...file, 'adapter_model.safetensors': bytes }).promptFor(model.config)?.tensors ?? {}
    expect(Object.keys(tensors)).toHaveLength(named)
    for (const [name, { data }] of Object.entries(prompt.tensors))
      data.forEach((value, i) => {
        expect(Math.abs((tensors[name]?.data[i] ?? NaN) - value)).toBeLessThan(Math.abs(value) / 128)
      })
  })

  it('that changes some layers only leaves the others as they are', async () => {
    const { model, files } = await peftFolder(lora)
    const first = (own: NamedTensors): NamedTensors =>
      Object.fromEntries(Object.entries(own).filter(([name]) => name.includes('layers.0.')))
    expect(opened(foreign(files, {}, first)).promptFor(model.config)).toBeUndefined()
    const prompt = opened(foreign(files, { layers_to_transform: [0] }, first)).promptFor(model.config)
    expect(prompt?.tensors['1.q_proj.lora_B']?.data.every((value) => value === 0)).toBe(true)
    expect(prompt?.tensors['0.q_proj.lora_B']?.data.some((value) => value !== 0)).toBe(true)
  })

  const path = 'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight'
  const refused: readonly (readonly [string, string, object, ((own: NamedTensors) => NamedTensors)?])[] = [
    ['prompt/adapter-kind', 'LOHA', { peft_type: 'LOHA' }],
    ['prompt/adapter-task', 'SEQ_CLS', { task_type: 'SEQ_CLS' }],
    ['prompt/dora', 'plain LoRA', { use_dora: true }],
    ['prompt/ranks', 'one rank', { rank_pattern: { q_proj: 4 } }],
    ['prompt/ranks', 'one rank', { alpha_pattern: { q_proj: 4 } }],
    ['prompt/modules', 'lm_head', { modules_to_save: ['lm_head'] }],
    ['prompt/modules', 'embed_tokens', { trainable_token_indices: [1, 2] }],
    ['prompt/biases', 'biases', { bias: 'all' }],
    ['prompt/biases', 'biases', { lora_bias: true }],
    ['prompt/adapter-feature', 'layer_replication', { layer_replication: [[0, 2]] }],
    ['prompt/adapter-feature', 'pissa', { init_lora_weights: 'pissa_niter_4' }],
    ['prompt/adapter-feature', 'use_of_tomorrow', { use_of_tomorrow: true }],
    ['prompt/bare-tail', 'template', { alora_invocation_tokens: [5, 6] }],
    [
      'prompt/targets',
      'lm_head',
      {},
      (own) => ({ ...own, 'base_model.model.lm_head.lora_A.weight': own[path] as NamedTensors[string] }),
    ],
    [
      'prompt/targets',
      'layers.0.self_attn.qkv_proj',
      {},
      (own) => ({ [path.replace('q_proj', 'qkv_proj')]: own[path] as NamedTensors[string] }),
    ],
    ['prompt/damaged', 'damaged', { r: 4000 }],
    ['prompt/damaged', 'damaged', { lora_alpha: 'NaN' }],
    ['prompt/damaged', 'damaged', {}, (own) => ({ [path]: own[path] as NamedTensors[string] })],
    ['prompt/damaged', 'damaged', {}, () => ({})],
  ]
  it.each(refused.map((each) => [each[0], each[1], each] as const))(
    'is refused with %s: %s',
    async (code, word, each) => {
      const [, , config, tensors] = each
      const { files } = await peftFolder(lora)
      expect(() => opened(foreign(files, config, tensors))).toThrow(
        expect.objectContaining({ code, message: expect.stringContaining(word) as string }) as Error,
      )
    },
  )

  it('of IA3 is refused where it scales other inputs', async () => {
    const { files } = await peftFolder({ method: 'ia3', linears: 'k_proj' } as GivenSettings)
    const turned = (own: NamedTensors): NamedTensors =>
      Object.fromEntries(
        Object.entries(own).map(([name, { shape, data }]) => [name, { shape: shape.toReversed(), data }]),
      )
    expect(() => opened(foreign(files, {}, turned))).toThrow(/feedforward_modules/)
  })

  it('without its configuration or its numbers says which is missing', async () => {
    const { files } = await peftFolder(lora)
    const { 'adapter_config.json': config, 'adapter_model.safetensors': vectors } = files
    expect(() => opened({ 'adapter_model.safetensors': vectors as Uint8Array })).toThrow('no adapter_config.json')
    expect(() => opened({ 'adapter_config.json': config as Uint8Array })).toThrow('no adapter_model.safetensors')
  })

  it('with a softprompt.json that does not belong to it is refused', async () => {
    const { files } = await peftFolder({ method: 'tail-lora', tail: 2 })
    const changed = (change: object) => ({
      ...files,
      'softprompt.json': strToU8(JSON.stringify({ ...jsonOf(files, 'softprompt.json'), ...change })),
    })
    for (const change of [{ tail: 1 }, { labels: ['one'] }, { base_model_sha256: 'x' }, { template: {} }])
      expect(() => opened(changed(change))).toThrow(/damaged/)
  })
})

it(peftFuzz.name, { timeout: 120_000 }, () =>
  fc.assert(fc.asyncProperty(peftFuzz.cases, peftFuzz.check), { numRuns: 1000 }),
)

const narrowed = (value: number, dtype: string): number =>
  dtype === 'F16'
    ? (new Uint16Array(Float16Array.of(value).buffer)[0] ?? 0)
    : (new Uint16Array(Float32Array.of(value).buffer)[1] ?? 0)

/** The safetensors file, each of whose tensors has twice as many numbers of half the width. */
function retyped(file: Uint8Array, dtype: string): Uint8Array {
  const length = Number(Buffer.from(file).readBigUInt64LE())
  const header = JSON.parse(Buffer.from(file).toString('utf8', 8, 8 + length)) as Record<string, { shape?: number[] }>
  return Object.entries(header).reduce((bytes, [name, { shape }]) => {
    if (!shape) return bytes
    return typed(bytes, name, dtype, [...shape.slice(0, -1), 2 * (shape.at(-1) ?? 0)])
  }, file)
}
