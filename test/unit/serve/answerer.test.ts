// Requests with different prompts in one batch: each is answered as alone, and a text is read once, and not again for a while.
import { afterEach, describe, expect, it } from 'vitest'
import type { TunedPrompt } from '../../../main/contract/compute.ts'
import type { GivenSettings } from '../../../main/contract/settings.ts'
import { createInferenceRunner, type InferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { scoreTask } from '../../../main/engine/evaluate/score.ts'
import { createAnswerer } from '../../../main/engine/serve/answerer.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { randomPrompt } from '../../support/random-prompt.ts'
import { type Family, tinyModel } from '../../support/tiny.ts'

const teams = ['billing', 'delivery', 'praise']
const after = 'after-text' as const

const opened: InferenceRunner[] = []
afterEach(async () => {
  for (const runner of opened.splice(0)) await runner.release()
})

const MEGABYTE = 2 ** 20

async function setUp(family: Family, bytes = 64 * MEGABYTE) {
  const model = await tinyModel(family)
  const runner = createInferenceRunner(model, { threads: 1 })
  opened.push(runner)
  const counts = { read: 0, passes: 0 }
  const lengths: number[] = []
  const counted: InferenceRunner = {
    ...runner,
    keysValues(some, past, options) {
      counts.read += some.length
      return runner.keysValues(some, past, options)
    },
    async session(shape) {
      const session = await runner.session(shape)
      return {
        ...session,
        run: (feeds) => {
          counts.passes++
          lengths.push(feeds['ids']?.shape[1] ?? 0)
          return session.run(feeds)
        },
      }
    },
  }
  return { model, runner, counted, counts, lengths, answerer: createAnswerer(counted, model, bytes) }
}

async function promptOf(family: Family, given: GivenSettings, labels: readonly string[], seed: number) {
  const settings = defaultSettings({ tokens: 4, placement: after, ...given }, labels)
  return randomPrompt(await tinyModel(family), settings, labels, seed, 0.5)
}

const ask = (text: string, ...keys: string[]) => ({
  text,
  context: '',
  questions: keys.map((key) => ({ by: 'prompt' as const, key })),
})

/** The probabilities of the labels as an evaluation of the prompt computes them. */
async function offline(family: Family, runner: InferenceRunner, prompt: TunedPrompt, text: string) {
  const { settings, labels } = prompt
  const examples = [{ row: 0, text, label: labels[0] ?? '' }]
  const task = { model: await tinyModel(family), settings, labels, examples, prompt }
  const { rows } = await scoreTask(runner, task, () => undefined)
  return (rows[0]?.logProbabilities ?? []).map(Math.exp)
}

describe.each<Family>(['llama', 'qwen3', 'gemma3'])('prompts of %s', (family) => {
  it('answer in one batch as each of them alone, whatever their methods, lengths and labels', async () => {
    const { answerer, runner } = await setUp(family)
    const prompts = await Promise.all([
      promptOf(family, {}, teams, 1),
      promptOf(family, {}, ['yes', 'no'], 2),
      promptOf(family, { tail: 3 }, ['a', 'a b', 'c', 'd'], 3),
      promptOf(family, { tokens: 7 }, teams, 4),
      promptOf(family, { method: 'tail-lora' }, teams, 5),
      promptOf(family, { method: 'prefix-tail-lora' }, ['yes', 'no'], 6),
      promptOf(family, { method: 'prompt-tuning' }, teams, 7),
      promptOf(family, { placement: 'start' }, teams, 8),
      promptOf(family, { template: { instruction: 'Which team?' } }, teams, 9),
    ])
    prompts.forEach((prompt, i) => {
      answerer.load(String(i), prompt)
    })
    const all = prompts.map((_, i) => String(i))
    const asks = [
      ask('my invoice is wrong', ...all),
      ask('where is it?', '0', '1'),
      ask('', ...all),
      ask('thank you so much for the quick help', '2', '0', '5'),
      ask('my invoice is wrong', '1'),
    ]
    const answers = await answerer.answer(asks.map((one) => answerer.prepare(one)))
    const seen = new Set<string>()
    for (const [i, { text, questions }] of asks.entries())
      for (const [q, { key }] of questions.entries()) {
        const found = (answers[i]?.choices[q]?.logProbabilities ?? []).map(Math.exp)
        const alone = await offline(family, runner, prompts[Number(key)] as TunedPrompt, text)
        expect(found).toHaveLength(alone.length)
        found.forEach((value, label) => {
          expect(Math.abs(value - (alone[label] ?? NaN))).toBeLessThan(1e-5)
        })
        if (i === 0) seen.add(found.map((value) => value.toFixed(3)).join())
      }
    // The prompts differ, or their agreement would prove nothing.
    expect(seen.size).toBe(prompts.length)
  })
})

describe('a text', () => {
  it('is read once for all prompts, and they answer in one pass', async () => {
    const { answerer, counts } = await setUp('qwen3')
    for (let i = 0; i < 20; i++) answerer.load(String(i), await promptOf('qwen3', {}, teams, i))
    const all = Array.from({ length: 20 }, (_, i) => String(i))
    const [first] = await answerer.answer([answerer.prepare(ask('my invoice is wrong', ...all))])
    expect(counts).toEqual({ read: 1, passes: 1 })
    expect(first?.usage.cached).toBe(0)
    const [again] = await answerer.answer([answerer.prepare(ask('my invoice is wrong', '3'))])
    expect(counts).toEqual({ read: 1, passes: 2 })
    expect(again?.usage.cached).toBe((again?.usage.input ?? 0) - 1)
  })

  it('is read again where the budget has no room for it', async () => {
    const { answerer, counts, model } = await setUp('qwen3', 0)
    expect(model.config.layers).toBeGreaterThan(0)
    answerer.load('a', await promptOf('qwen3', {}, teams, 1))
    for (let i = 0; i < 2; i++) await answerer.answer([answerer.prepare(ask('where is it?', 'a'))])
    // Once ahead of the pass and, as it is not kept, once for it.
    expect(counts.read).toBe(4)
  })

  it('is told to be cut where it is too long', async () => {
    const { answerer } = await setUp('llama')
    answerer.load('a', await promptOf('llama', { maxTokens: 64 }, teams, 1))
    const [answer] = await answerer.answer([answerer.prepare(ask('thank you so much '.repeat(80), 'a'))])
    expect(answer?.choices[0]?.cut).toBeGreaterThan(0)
  })
})

describe('a question in words', () => {
  it('is answered by the base model over one reading with others, whatever it contains', async () => {
    const { answerer, counts } = await setUp('qwen3')
    const written = (instructions: string, labels: readonly string[]) => ({
      by: 'written' as const,
      instructions,
      options: labels.map((label) => ({ label })),
    })
    const questions = [
      written('Is it urgent?', ['yes', 'no']),
      written('Which {text} team?', teams),
      written('<|im_end|> What?', teams),
      { by: 'written' as const, instructions: 'How?', options: [{ label: 'a', description: 'well' }, { label: 'b' }] },
    ]
    const [answer] = await answerer.answer([answerer.prepare({ text: 'where is it?', context: '', questions })])
    expect(counts.read).toBe(1)
    for (const [i, { logProbabilities }] of (answer?.choices ?? []).entries()) {
      expect(logProbabilities).toHaveLength(questions[i]?.options.length ?? NaN)
      expect(logProbabilities.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 5)
    }
    const alone = await answerer.answer(
      questions.map((question) => answerer.prepare({ text: 'where is it?', context: '', questions: [question] })),
    )
    expect(alone.map(({ choices }) => choices[0]?.logProbabilities.map((value) => value.toFixed(4)))).toEqual(
      answer?.choices.map(({ logProbabilities }) => logProbabilities.map((value) => value.toFixed(4))),
    )
  })

  it('may be long: its beginning is read like the text before it', async () => {
    const { model, counted, lengths } = await setUp('qwen3')
    const answerer = createAnswerer(counted, { ...model, config: { ...model.config, context: 4096 } }, MEGABYTE)
    const instructions = 'Is it urgent or not? '.repeat(120)
    const question = { by: 'written' as const, instructions, options: [{ label: 'yes' }, { label: 'no' }] }
    const prepared = answerer.prepare({ text: 'where is it?', context: '', questions: [question] })
    expect(prepared[0]?.segments.after.length).toBeGreaterThan(600)
    const [answer] = await answerer.answer([prepared])
    expect(answer?.choices[0]?.logProbabilities.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 5)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(512)
  })

  it('builds no tokenizer of its own', async () => {
    const { model, runner } = await setUp('qwen3')
    let built = 0
    const files = {
      ...model.tokenizer,
      get tokenizer() {
        built++
        return model.tokenizer.tokenizer
      },
    }
    const answerer = createAnswerer(runner, { ...model, tokenizer: files }, MEGABYTE)
    const question = { by: 'written' as const, instructions: 'Is it urgent?', options: [{ label: 'yes' }] }
    const prepare = () => answerer.prepare({ text: 'where is it?', context: '', questions: [question] })
    prepare()
    const once = built
    for (let i = 0; i < 3; i++) prepare()
    expect(built).toBe(once)
  })
})
