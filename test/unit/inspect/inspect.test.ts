// Prompt inspection of prompts that were really tuned on real tiny models: nearest tokens, norms, ablation and initial tokens.
import { describe, expect, it } from 'vitest'
import type { ComputeEvent, Job, TunedPrompt } from '../../../main/contract/compute.ts'
import type { TuneSettings } from '../../../main/contract/settings.ts'
import type { NamedTensors } from '../../../main/contract/tensor.ts'
import { createEncoder, encoderFor } from '../../../main/engine/evaluate/encode.ts'
import { createInferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { scoreTask } from '../../../main/engine/evaluate/score.ts'
import { inspectPrompt } from '../../../main/engine/inspect/inspect.ts'
import { methodOf } from '../../../main/engine/method/index.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { vocabularyExample } from '../../../main/engine/train/example.ts'
import { teacherForced } from '../../../main/engine/train/teacher-forced.ts'
import { tune } from '../../../main/engine/train/tune.ts'
import { type Family, tinyModel } from '../../support/tiny.ts'

const labels = ['billing', 'delivery', 'praise']
const rows = (count: number, from: number) =>
  Array.from({ length: count }, (_, i) => {
    const label = labels[i % 3] ?? ''
    return { row: from + i, text: `message number ${String(i)} is about ${label}`, label }
  })
const examples = rows(6, 100)

async function tuned(
  family: Family,
  given: Partial<TuneSettings>,
  known = labels,
  start?: NamedTensors,
): Promise<TunedPrompt> {
  const settings = defaultSettings({ steps: 20, tokens: 3, batch: 8, seed: 1, ...given }, known)
  const split = { train: rows(24, 0), validation: examples, test: rows(3, 200) }
  const job: Extract<Job, { kind: 'tune' }> = {
    ...{ kind: 'tune', model: await tinyModel(family), settings, labels: known, split, resume: undefined },
    ...{ providers: ['cpu'], threads: 1 },
    ...(start ? { start } : {}),
  }
  const sink = {
    emit: () => undefined,
    checkpoint: () => Promise.resolve(),
    stopRequested: () => false,
    keepRequested: () => false,
  }
  return (await tune(job, sink)).prompt
}

async function look(family: Family, prompt: TunedPrompt, known = labels, start?: NamedTensors) {
  const model = await tinyModel(family)
  const runner = createInferenceRunner(model, { threads: 1, sessions: 4 })
  const events: ComputeEvent[] = []
  const { settings } = prompt
  const job = {
    ...{ kind: 'inspect' as const, model, prompt, settings, labels: known, examples, threads: 1 },
    ...(start ? { start } : {}),
  }
  try {
    const inspection = await inspectPrompt(runner, job, (event) => void events.push(event))
    const scored = await scoreTask(runner, { model, settings, labels: known, examples, prompt }, () => undefined)
    const right = scored.rows.map(({ label, logProbabilities }) => -(logProbabilities[labels.indexOf(label)] ?? NaN))
    const stages = [...new Set(events.flatMap((event) => (event.event === 'progress' ? [event.stage] : [])))]
    return { inspection, stages, loss: right.reduce((sum, each) => sum + each, 0) / right.length, model }
  } finally {
    await runner.release()
  }
}

describe('the inspection of a tuned prompt', () => {
  it('names the nearest tokens of each virtual token, the one it started from among them where it hardly moved', async () => {
    const settings = {
      method: 'prompt-tuning',
      placement: 'start',
      init: 'text',
      initText: 'billing',
      learningRate: 1e-5,
    } as const
    const prompt = await tuned('llama', settings)
    const { inspection, stages, loss, model } = await look('llama', prompt)
    if (inspection.part !== 'embeddings') throw new Error('no prompt')
    expect(stages).toEqual(['reading the vocabulary', 'answering without each token'])
    expect([inspection.rows, inspection.tokens.length]).toEqual([6, 3])
    expect(inspection.loss).toBeCloseTo(loss, 4)
    expect(inspection.tokenNorms.low).toBeLessThan(inspection.tokenNorms.mean)
    expect(inspection.tokenNorms.high).toBeGreaterThan(inspection.tokenNorms.mean)
    const { tokenizer } = createEncoder(model, prompt.settings, labels)
    const ids = tokenizer.encodeWithSpecials('billing')
    for (const [i, { nearest, startedAs, startCosine, norm }] of inspection.tokens.entries()) {
      expect(nearest).toHaveLength(5)
      expect(nearest[0]).toMatchObject({ id: ids[i % ids.length], token: startedAs })
      expect(nearest[0]?.cosine).toBeCloseTo(startCosine ?? NaN, 6)
      expect(startCosine).toBeCloseTo(1, 5)
      expect(nearest.map(({ cosine }) => cosine)).toEqual(nearest.map(({ cosine }) => cosine).sort((a, b) => b - a))
      expect(norm / inspection.tokenNorms.mean).toBeGreaterThan(0.5)
    }
    const near = (value: number) => expect.closeTo(value, 3) as number
    expect(inspection.tokens.map(({ ablation }) => ablation)).toEqual([
      { difference: near(-0.1043), margin: near(0.1552), changed: 0 },
      { difference: near(0.1134), margin: near(0.2916), changed: 0 },
      { difference: near(-0.1138), margin: near(0.4674), changed: 1 },
    ])
    expect(inspection.chance).toBeCloseTo(0.659, 2)
  })

  it('names no start where it started from chance, and reads the texts once where it stands behind them', async () => {
    const prompt = await tuned('gemma3', { method: 'prompt-tuning', placement: 'after-text', init: 'random' })
    const { inspection, stages, loss } = await look('gemma3', prompt)
    if (inspection.part !== 'embeddings') throw new Error('no prompt')
    expect(stages).toEqual(['reading the vocabulary', 'reading the texts (KV cache)', 'answering without each token'])
    expect(inspection.loss).toBeCloseTo(loss, 4)
    for (const { startedAs, startCosine } of inspection.tokens)
      expect([startedAs, startCosine]).toEqual([undefined, undefined])
  })
})

describe('the inspection of a prompt whose answers are generated', () => {
  it.each([
    ['qwen3', { task: 'generation' }],
    ['llama', { task: 'answering', method: 'prompt-tuning', placement: 'start' }],
    ['gemma3', { task: 'answering', method: 'prompt-tuning', placement: 'after-text' }],
  ] as const)('measures by the tokens of the right answers what each token is worth: %s, %j', async (family, given) => {
    const prompt = await tuned(family, given, [])
    const { inspection, model } = await look(family, prompt, [])
    const { settings } = prompt
    const { encoder, runner } = {
      encoder: encoderFor(model, settings, []),
      runner: createInferenceRunner(model, { threads: 1 }),
    }
    const answered = examples.map(({ text, label }) =>
      vocabularyExample(encoder.row(text), encoder.answer(label), encoder.end, settings),
    )
    const forced = await teacherForced(runner, answered, {
      parts: methodOf(settings).fold(prompt.tensors, settings),
      texts: undefined,
    })
    await runner.release()
    const losses = forced.map(({ logProbability }, i) => -logProbability / (answered[i]?.labels.length ?? NaN))
    expect(inspection.loss).toBeCloseTo(losses.reduce((sum, each) => sum + each, 0) / losses.length, 4)
    if (inspection.part === 'updates') throw new Error('no tokens')
    for (const { ablation } of inspection.tokens)
      for (const value of Object.values(ablation)) expect(value).toSatisfy(Number.isFinite)
    expect(inspection.tokens.some(({ ablation }) => ablation.difference !== 0)).toBe(true)
  })
})

describe('the inspection of a tuned prefix', () => {
  it('has no nearest tokens, but the norms of its keys and values, how far they moved, and what each token is worth', async () => {
    const prompt = await tuned('qwen3', {})
    const { inspection, stages, loss } = await look('qwen3', prompt)
    if (inspection.part !== 'past') throw new Error('no prefix')
    expect(stages).toEqual(['reading the texts (KV cache)', 'answering without each token'])
    expect(inspection.loss).toBeCloseTo(loss, 4)
    expect(inspection.tokens).toHaveLength(3)
    for (const { keys, values, moved, startedAs } of inspection.tokens) {
      // In units of a text's own keys and values, which it began as.
      expect(Math.abs(keys - 1)).toBeLessThan(0.3)
      expect(Math.abs(values - 1)).toBeLessThan(0.3)
      expect(Math.abs(moved - 0.44)).toBeLessThan(0.02)
      expect(startedAs).toMatch(/\S/)
    }
    expect(inspection.tokens.some(({ ablation }) => ablation.difference !== 0)).toBe(true)
  })

  it('measures how far it moved from the prompt that it started from, and names no words that it never was', async () => {
    const earlier = await tuned('qwen3', {})
    const from = { name: 'earlier', sha256: 'a'.repeat(64) }
    const next = await tuned('qwen3', { from, steps: 5, learningRate: 1e-3 }, labels, earlier.tensors)
    const [unmoved, moved, afresh] = [
      await look('qwen3', { ...earlier, settings: next.settings }, labels, earlier.tensors),
      await look('qwen3', next, labels, earlier.tensors),
      await look('qwen3', next),
    ].map(({ inspection }) => inspection)
    for (const inspection of [unmoved, moved]) expect(inspection?.startedFrom).toBe('earlier')
    const distances = [unmoved, moved, afresh].map((inspection) => {
      if (inspection?.part !== 'past') throw new Error('no prefix')
      return inspection.tokens.map(({ moved }) => moved)
    })
    expect(distances[0]).toEqual([0, 0, 0])
    for (const distance of distances[1] ?? []) expect(distance).toBeGreaterThan(0)
    for (const distance of distances[1] ?? []) expect(distance).toBeLessThan(0.1)
    for (const distance of distances[2] ?? []) expect(distance).toBeGreaterThan(0.3)
    for (const { startedAs } of moved?.tokens ?? []) expect(startedAs).toBeUndefined()
  })

  it('is refused on another base model', async () => {
    const prompt = await tuned('qwen3', {})
    await expect(look('qwen3', { ...prompt, modelHash: 'another' })).rejects.toThrow('another base model')
  })
})
