// What is measured of a tuned prompt: its sizes exactly, times that are there, and what it costs of the model's ability.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ComputeEvent, TunedPrompt } from '../../../main/contract/compute.ts'
import { abilityLost } from '../../../main/contract/measures.ts'
import type { GivenSettings } from '../../../main/contract/settings.ts'
import { encoderFor } from '../../../main/engine/evaluate/encode.ts'
import { createInferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { bundle } from '../../../main/engine/export/bundle.ts'
import { measurePrompt } from '../../../main/engine/measure/measure.ts'
import { layOut } from '../../../main/engine/method/layout.ts'
import { exportedOf } from '../../support/exported.ts'
import type { Family } from '../../support/tiny.ts'
import { run } from '../method/small-run.ts'

async function measured(family: Family, own: GivenSettings, tensors?: TunedPrompt['tensors']) {
  const found = await run(family, { steps: 4, validateEvery: 0, ...own })
  const prompt = tensors ? { ...found.prompt, tensors } : found.prompt
  const events: ComputeEvent[] = []
  const measures = await measurePrompt({ ...found, prompt }, (event) => void events.push(event))
  return { ...found, prompt, measures, events }
}

describe('a prompt after the text', () => {
  it('costs nothing of the ability by construction; its numbers, bytes and times are its own', async () => {
    const { model, prompt, measures, events } = await measured('llama', { method: 'prefix-tuning', tokens: 3 })
    const { layers, kvHeads, headDim } = model.config
    expect(measures.parameters).toBe(3 * 2 * layers * kvHeads * headDim)
    const [file] = Object.values(bundle(exportedOf(model, prompt)))
    expect(Math.abs(measures.fileBytes - (file?.length ?? 0))).toBeLessThan(100)
    expect(measures.neutral).toBeUndefined()
    expect(abilityLost(measures)).toBe(0)
    for (const time of [measures.answerMilliseconds ?? 0, measures.switchMilliseconds, measures.precomputeSeconds])
      expect(time).toBeGreaterThan(0)
    expect(events.map(({ event }) => event)).toEqual(['progress', 'progress', 'progress'])
  })

  it.each(['tail-lora', 'tail-ia3', 'prompt-tuning'])('%s as well', async (method) => {
    expect((await measured('qwen3', { method })).measures.neutral).toBeUndefined()
  })

  it('has no time of a KV precompute where the run had none', async () => {
    const { measures, precomputes } = await measured('llama', { method: 'prefix-tuning', placement: 'start' })
    expect([precomputes, measures.precomputeSeconds]).toEqual([false, 0])
  })

  it('is timed as it writes, where answers are generated', async () => {
    const { measures } = await measured('llama', { task: 'generation', method: 'tail-ia3' })
    expect(measures.answerMilliseconds).toBeGreaterThan(0)
  })
})

describe('the loss on the neutral text', () => {
  it('is the base model’s own mean loss of a token', async () => {
    const { model, settings, measures } = await measured('llama', { method: 'lora' })
    const { tokenizer } = encoderFor(model, settings, [])
    const text = readFileSync(new URL('../../../resources/neutral/text.txt', import.meta.url), 'utf8')
    const ids = tokenizer.encodeWithSpecials(text).slice(0, model.config.context)
    const runner = createInferenceRunner(model, { threads: 1 })
    const positions = ids.slice(1).map((_, i) => i)
    const sequence = layOut({ before: [], text: ids, after: [] }, [], undefined)
    const query = { sequences: [sequence], parts: undefined, targetPositions: [positions], candidates: undefined }
    const { data, shape } = await runner.logits(query)
    await runner.release()
    const vocab = shape.at(-1) ?? 0
    const losses = positions.map((at) => {
      const logits = [...data.subarray(at * vocab, (at + 1) * vocab)]
      return Math.log(logits.reduce((sum, value) => sum + Math.exp(value), 0)) - (logits[ids[at + 1] ?? 0] ?? 0)
    })
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length
    expect(measures.neutral?.alone).toBeCloseTo(mean, 4)
  })

  it('is the same with an adapter that changes nothing, and another with one that does', async () => {
    const { measures, prompt } = await measured('llama', { method: 'lora' })
    expect(Math.abs(abilityLost(measures))).toBeGreaterThan(1e-4)
    const unchanged = Object.entries(prompt.tensors).map(([name, { shape, data }]) => [
      name,
      { shape, data: name.endsWith('lora_B') ? new Float32Array(data.length) : data },
    ])
    const { measures: same } = await measured('llama', { method: 'lora' }, Object.fromEntries(unchanged) as never)
    expect(Math.abs(abilityLost(same))).toBeLessThan(1e-5)
  })

  it.each<[string, GivenSettings]>([
    ['virtual embeddings at the start', { method: 'prompt-tuning', placement: 'start', init: 'random' }],
    ['virtual embeddings before the text', { method: 'prompt-tuning', placement: 'before-text', init: 'random' }],
    ['keys and values at the start', { method: 'prefix-tuning', placement: 'start', init: 'random' }],
  ])('grows or shrinks with %s', async (_, own) => {
    const { measures } = await measured('llama', own)
    expect(Math.abs(abilityLost(measures))).toBeGreaterThan(1e-4)
  })
})
