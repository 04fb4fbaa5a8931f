// Several prompts over one reading of the texts: they answer as each does alone, and no text is read twice.
import { describe, expect, it } from 'vitest'
import type { ComputeEvent, ScoreSubject, TunedPrompt } from '../../../main/contract/compute.ts'
import type { GivenSettings } from '../../../main/contract/settings.ts'
import { withoutInstruction } from '../../../main/engine/evaluate/encode.ts'
import { createInferenceRunner, type InferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { scoreTask } from '../../../main/engine/evaluate/score.ts'
import { scoreTogether } from '../../../main/engine/evaluate/score-together.ts'
import { methodOf } from '../../../main/engine/method/index.ts'
import { createRandom } from '../../../main/engine/random.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { randomPrompt } from '../../support/random-prompt.ts'
import { type Family, tinyModel } from '../../support/tiny.ts'

const labels = ['billing', 'delivery', 'praise']
const texts = ['my invoice is wrong', 'where is it?', 'thank you so much for the quick help', 'the sum is too high', '']
const examples = texts.map((text, i) => ({ row: 10 + i, text, label: labels[i % 3] ?? '' }))

/** A prompt of a method whose trained tensors have moved from where they start. */
async function promptOf(family: Family, given: GivenSettings, seed: number): Promise<TunedPrompt> {
  const model = await tinyModel(family)
  const settings = defaultSettings({ tokens: 4, ...given }, labels)
  const { tensors, ...prompt } = await randomPrompt(model, settings, labels, seed)
  const random = createRandom(seed)
  const moved = methodOf(settings)
    .tensors(model.config, settings)
    .map(({ name, trainable }) => {
      const { shape, data } = tensors[name] ?? { shape: [], data: new Float32Array() }
      return [name, { shape, data: trainable ? data.map((value) => value + 0.2 * random.normal()) : data }] as const
    })
  return { ...prompt, tensors: Object.fromEntries(moved) }
}

const subjectOf = (prompt: TunedPrompt): ScoreSubject => ({ prompt, settings: prompt.settings })
const nothing = (settings: TunedPrompt['settings']): ScoreSubject => ({
  prompt: undefined,
  settings: withoutInstruction(settings),
})

async function together(
  family: Family,
  subjects: readonly ScoreSubject[],
  around = (runner: InferenceRunner) => runner,
) {
  const model = await tinyModel(family)
  const runner = createInferenceRunner(model, { threads: 1 })
  const events: ComputeEvent[] = []
  try {
    const task = { model, labels, examples, subjects }
    const found = await scoreTogether(around(runner), task, (event) => void events.push(event))
    const alone = []
    for (const subject of subjects)
      alone.push(await scoreTask(runner, { model, labels, examples, ...subject }, () => undefined))
    return { found, alone, events }
  } finally {
    await runner.release()
  }
}

/** Tokens whose keys and values are computed: of texts that are read for later, and in passes that answer. */
function counting(runner: InferenceRunner) {
  const tokens = { read: 0, answering: 0 }
  const counted: InferenceRunner = {
    ...runner,
    keysValues(some, past, options) {
      const shared = options?.sharedKv?.['keys.0']?.shape[2] ?? 0
      for (const ids of some) tokens.read += ids.length - shared
      return runner.keysValues(some, past, options)
    },
    logits(query) {
      for (const { ids, constant } of query.sequences) tokens.answering += ids.length - (query.texts ? constant : 0)
      return runner.logits(query)
    },
  }
  return { tokens, counted }
}

const after = 'after-text' as const

describe.each<Family>(['llama', 'gemma3'])('several prompts on %s', (family) => {
  it('answer as each of them alone, whatever its method and placement', async () => {
    const given: readonly GivenSettings[] = [
      { method: 'prefix-tuning', placement: after },
      { method: 'prefix-tuning', placement: after, tail: 3 },
      { method: 'tail-lora', placement: after },
      { method: 'prefix-tuning', placement: after, tokens: 7 },
      { method: 'prompt-tuning', placement: after },
      { method: 'prefix-tail-lora', placement: after },
      { method: 'tail-ia3', placement: after, tail: 2 },
      { method: 'prefix-tuning', placement: 'start' },
      { method: 'lora' },
      { method: 'prefix-tuning', placement: after, template: { instruction: 'Which team?' } },
    ]
    const prompts = await Promise.all(given.map((each, seed) => promptOf(family, each, seed)))
    const subjects = [...prompts.map(subjectOf), nothing(defaultSettings({}, labels))]
    const { found, alone } = await together(family, subjects)
    expect(found.map(({ subject }) => subject)).toEqual(alone.map(({ subject }) => subject))
    for (const [i, { rows }] of found.entries())
      for (const [r, { row, predicted, logProbabilities }] of rows.entries()) {
        const own = alone[i]?.rows[r]
        expect([row, predicted]).toEqual([own?.row, own?.predicted])
        logProbabilities.forEach((value, label) => {
          expect(Math.abs(Math.exp(value) - Math.exp(own?.logProbabilities[label] ?? NaN))).toBeLessThan(1e-5)
        })
      }
    // The prompts differ, or their agreement would prove nothing.
    const first = found.map(({ rows }) => rows[0]?.logProbabilities.map((value) => value.toFixed(3)).join())
    expect(new Set(first).size).toBe(found.length)
  })
})

describe('a text', () => {
  it.each<[string, readonly GivenSettings[]]>([
    ['prefixes of one length', [{}, {}, {}]],
    ['tail adapters', [{ method: 'tail-lora' }, { method: 'tail-ia3' }]],
    ['prefixes, tail adapters and virtual embeddings', [{}, { method: 'tail-lora' }, { method: 'prompt-tuning' }]],
  ])('is read once for %s', async (_, given) => {
    const prompts = await Promise.all(given.map((each, seed) => promptOf('qwen3', { placement: after, ...each }, seed)))
    const one = await read(prompts.slice(0, 1))
    const all = await read(prompts)
    // Alone, its only pass computes the text.
    expect(one.read).toBe(0)
    // Without the last token of each question, which some prompts act on.
    expect(all.read).toBeGreaterThan(0)
    expect(all.read).toBeLessThan(one.answering)
    const behind = all.answering / examples.length
    expect(behind).toBeLessThan(12 * prompts.length)
    expect(all.read + all.answering).toBeLessThan(one.answering + 12 * prompts.length * examples.length)
  })

  it('is read again for a prefix of another length, and by what changes its keys and values', async () => {
    const same = await Promise.all([0, 1].map((seed) => promptOf('qwen3', { placement: after }, seed)))
    const other = await promptOf('qwen3', { placement: after, tokens: 7 }, 2)
    const start = await promptOf('qwen3', { placement: 'start' }, 3)
    const [two, three, four] = [await read(same), await read([...same, other]), await read([...same, start])]
    expect([three.read, four.read]).toEqual([two.read, two.read])
    expect(three.answering - two.answering).toBeGreaterThan(two.read)
    expect(four.answering - two.answering).toBeGreaterThan(two.read)
  })

  async function read(prompts: readonly TunedPrompt[]) {
    let tokens = { read: 0, answering: 0 }
    await together('qwen3', prompts.map(subjectOf), (runner) => {
      const { counted, tokens: own } = counting(runner)
      tokens = own
      return counted
    })
    return { ...tokens }
  }
})

it('reports how far it is, and refuses a prompt of another base model', async () => {
  const prompts = await Promise.all([0, 1].map((seed) => promptOf('qwen3', { placement: after }, seed)))
  const { events } = await together('qwen3', prompts.map(subjectOf))
  const total = prompts.length * examples.length
  const stage = 'evaluating (each text is read once)'
  expect(events[0]).toEqual({ event: 'progress', stage, done: 0, total })
  expect(events.at(-1)).toEqual({ event: 'progress', stage, done: total, total })
  const strange = { ...(prompts[0] as TunedPrompt), modelHash: 'another' }
  await expect(together('qwen3', [strange, ...prompts].map(subjectOf))).rejects.toThrow('another base model')
})
