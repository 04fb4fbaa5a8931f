// Continuous batching: texts that are written at the same time, with whatever prompts, are those that each is alone.
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterEach, describe, expect, it } from 'vitest'
import type { TunedPrompt } from '../../../main/contract/compute.ts'
import type { ServedWriting } from '../../../main/contract/serving.ts'
import type { GivenSettings } from '../../../main/contract/settings.ts'
import { decodeAlone } from '../../../main/engine/evaluate/decode.ts'
import { createInferenceRunner, type InferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { kvBytes } from '../../../main/engine/model/sizes.ts'
import { createDecodingPool } from '../../../main/engine/serve/decoding-pool.ts'
import { createTurns } from '../../../main/engine/serve/turns.ts'
import { createWriter } from '../../../main/engine/serve/writer.ts'
import { createTokenizer } from '../../../main/engine/tokens/tokenizer.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { randomPrompt } from '../../support/random-prompt.ts'
import { type Family, tinyModel } from '../../support/tiny.ts'

const opened: InferenceRunner[] = []
afterEach(async () => {
  for (const runner of opened.splice(0)) await runner.release()
})

const greedy = { maxNewTokens: 12, temperature: 0, topP: 1, stop: [], seed: 0 }

async function setUp(family: Family, bytes?: number) {
  const model = await tinyModel(family)
  const runner = createInferenceRunner(model, { threads: 1, sessions: 6 })
  opened.push(runner)
  const steps: number[] = []
  const counts = { read: 0 }
  const counted: InferenceRunner = {
    ...runner,
    async session(shape) {
      const session = await runner.session(shape)
      return {
        ...session,
        run: (feeds) => {
          if (feeds['ids']?.shape[1] === 1) steps.push(feeds['ids'].shape[0] ?? 0)
          else counts.read++
          return session.run(feeds)
        },
      }
    },
  }
  const pool = createDecodingPool({ runner: counted, config: model.config, turn: createTurns(), bytes })
  const together = createWriter(model, pool)
  const alone = createWriter(model, decodeAlone(runner, model.config))
  return { model, together, alone, steps, counts }
}

type Writer = Awaited<ReturnType<typeof setUp>>['together']

async function textOf(writer: Writer, wanted: Partial<ServedWriting>, prompt?: TunedPrompt, stopAt = Infinity) {
  const writing = { key: undefined, input: { text: 'where is my parcel' }, sampling: greedy, ...wanted }
  let text = ''
  let pieces = 0
  const logProbabilities: number[] = []
  const written = await writer.write(writing, prompt, {
    show: (piece, tokens) => {
      text += piece
      pieces++
      logProbabilities.push(...tokens.map(({ logProbability }) => logProbability))
    },
    stopRequested: () => pieces >= stopAt,
  })
  return { ...written, text, logProbabilities }
}

describe.each<Family>(['llama', 'gemma3'])('texts of %s', (family) => {
  it('are the same together as each alone, whatever their prompts, lengths and starts', async () => {
    const { model, together, alone, steps } = await setUp(family)
    const given: readonly GivenSettings[] = [
      {},
      { tokens: 7 },
      { placement: 'start' },
      { method: 'prompt-tuning', placement: 'start' },
      { method: 'tail-lora' },
      { method: 'tail-ia3' },
    ]
    const prompts = await Promise.all(
      given.map((own, seed) => {
        const settings = defaultSettings({ task: 'generation', tokens: 4, maxTokens: 96, ...own })
        return randomPrompt(model, settings, [], seed, 0.5)
      }),
    )
    const jobs = [undefined, ...prompts, undefined, ...prompts].map((prompt, i) => ({
      prompt,
      wanted: {
        input: { text: 'a b c d e f g h '.slice(0, 2 + ((5 * i) % 14)) },
        sampling: { ...greedy, maxNewTokens: 3 + ((7 * i) % 40), temperature: i % 3, seed: i },
      },
    }))
    const found = await Promise.all(
      jobs.map(async ({ wanted, prompt }, i) => {
        // They begin at different times.
        for (let turns = 0; turns < i; turns++) await new Promise(setImmediate)
        return textOf(together, wanted, prompt)
      }),
    )
    for (const [i, { wanted, prompt }] of jobs.entries()) expect(found[i]).toEqual(await textOf(alone, wanted, prompt))
    expect(new Set(found.map(({ text }) => text)).size).toBeGreaterThan(jobs.length / 2)
    // Several rows shared a step.
    expect(Math.max(...steps)).toBeGreaterThanOrEqual(8)
  })
})

/** Schemas whose texts end soon, whatever a model prefers. */
const person = {
  type: 'object',
  properties: {
    team: { enum: ['billing', 'delivery', 'praise'] },
    name: { type: 'string', maxLength: 6 },
    sure: { type: 'boolean' },
    years: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
    tags: { type: 'array', items: { type: 'string', minLength: 1, maxLength: 3 }, maxItems: 2 },
  },
  required: ['team', 'sure', 'tags'],
  additionalProperties: false,
}

describe.each<Family>(['llama', 'gemma3'])('JSON of %s', (family) => {
  it('is valid by its schema from a model that knows nothing, beside texts of any form', async () => {
    const { together } = await setUp(family)
    const valid = new Ajv2020().compile(person)
    const jobs = Array.from({ length: 12 }, (_, seed) => {
      const form = seed % 3 === 2 ? {} : { form: { json: { schema: JSON.stringify(person) } } }
      return { sampling: { ...greedy, maxNewTokens: 200, temperature: 4 * (seed % 4), seed, ...form } }
    })
    const found = await Promise.all(jobs.map((wanted) => textOf(together, wanted)))
    const made = found.filter((_, i) => 'form' in jobs[i]!.sampling)
    for (const { text, end } of made) {
      expect(end).toBe('end token')
      expect(valid(JSON.parse(text)), text).toBe(true)
    }
    expect(new Set(made.map(({ text }) => text)).size).toBeGreaterThan(3)
  })
})

describe('a text', () => {
  it('ends at any of the tokens that the model’s files name as its ends', async () => {
    const { model, alone } = await setUp('llama')
    const whole = await textOf(alone, { sampling: { ...greedy, maxNewTokens: 24 } })
    const one = Buffer.from(whole.text.at(6) ?? '')
    const bytes = createTokenizer(model.tokenizer).bytes()
    const ends = [...bytes.keys()].filter((id) => Buffer.from(bytes[id] ?? []).includes(one))
    expect(ends.length).toBeGreaterThan(1)
    const runner = createInferenceRunner(model, { threads: 1 })
    opened.push(runner)
    const ending = { ...model, tokenizer: { ...model.tokenizer, ends } }
    const found = await textOf(createWriter(ending, decodeAlone(runner, model.config)), {})
    expect(found.end).toBe('end token')
    expect(found.text).not.toContain(one.toString())
    expect(whole.text.startsWith(found.text)).toBe(true)
  })

  it('has each of its tokens from few enough, where that is asked for', async () => {
    const { together } = await setUp('llama')
    const warm = { ...greedy, maxNewTokens: 24, temperature: 2, seed: 3 }
    const alike = await textOf(together, { sampling: { ...warm, topK: 1 } })
    expect(alike.text).toBe((await textOf(together, { sampling: { ...greedy, maxNewTokens: 24 } })).text)
    expect((await textOf(together, { sampling: { ...warm, minP: 1 } })).text).toBe(alike.text)
    expect((await textOf(together, { sampling: warm })).text).not.toBe(alike.text)
    const other = await textOf(together, { sampling: { ...greedy, maxNewTokens: 24, repetitionPenalty: 5 } })
    expect(other.text).not.toBe(alike.text)
  })

  it('ends where nobody wants it any more, and leaves its place to others', async () => {
    const { together } = await setUp('llama')
    const many = Array.from({ length: 20 }, (_, i) => textOf(together, {}, undefined, i % 2 === 0 ? 2 : Infinity))
    const ends = (await Promise.all(many)).map(({ end }) => end)
    expect(ends.filter((_, i) => i % 2 === 0).every((end) => end === 'cancelled' || end === 'end token')).toBe(true)
    expect(ends.filter((_, i) => i % 2 === 1)).not.toContain('cancelled')
  })

  it('shares steps with as many others as the memory for keys and values has room for', async () => {
    const { config } = await tinyModel('llama')
    const { together, alone, steps } = await setUp('llama', 100 * kvBytes(config))
    const jobs = [4, 40, 4, 4, 200, 4, 4, 4].map((maxNewTokens, seed) => ({
      sampling: { ...greedy, maxNewTokens, temperature: 2, seed },
    }))
    const found = await Promise.all(jobs.map((wanted) => textOf(together, wanted)))
    for (const [i, wanted] of jobs.entries()) expect(found[i]).toEqual(await textOf(alone, wanted))
    // 40 new tokens and those of the text: two such rows fit, and of the short ones more.
    expect(Math.max(...steps)).toBeLessThanOrEqual(4)
    expect(Math.max(...steps)).toBeGreaterThanOrEqual(2)
  })

  it('keeps no other from its place where nobody wants it any more', async () => {
    const { config } = await tinyModel('llama')
    const { together } = await setUp('llama', 300 * kvBytes(config))
    const ended: string[] = []
    const begin = async (name: string, maxNewTokens: number, stopAt?: number) => {
      const sampling = { ...greedy, maxNewTokens, temperature: 2, seed: 1 }
      const { end } = await textOf(together, { sampling }, undefined, stopAt)
      ended.push(name)
      return end
    }
    const ends = await Promise.all([begin('long', 60), begin('unwanted', 200, 0), begin('short', 2)])
    expect(ends).toEqual(['limit', 'cancelled', 'limit'])
    expect(ended).toEqual(['unwanted', 'short', 'long'])
  })

  it('is not even read where nobody wants it any more', async () => {
    const { together, counts } = await setUp('llama')
    const many = Array.from({ length: 30 }, (_, i) => textOf(together, {}, undefined, i < 20 ? Infinity : 0))
    const written = (await Promise.all(many)).slice(20)
    for (const { end, tokens, text } of written)
      expect({ end, tokens, text }).toEqual({ end: 'cancelled', tokens: 0, text: '' })
    expect(counts.read).toBe(20)
  })

  it('has the probabilities of its tokens, and is refused where it fills the context', async () => {
    const { together, model } = await setUp('llama')
    const { logProbabilities, tokens, input } = await textOf(together, { likeliest: 2 })
    expect(input).toBeGreaterThan(0)
    expect(logProbabilities.length).toBeGreaterThanOrEqual(tokens - 1)
    for (const value of logProbabilities) expect(value).toBeLessThan(0)
    const long = { input: { text: 'where is it? '.repeat(model.config.context) } }
    await expect(textOf(together, long)).rejects.toMatchObject({ code: 'serving/no-context' })
    const chat = { input: { messages: [{ role: 'user' as const, content: 'hi' }] } }
    await expect(textOf(together, chat)).rejects.toMatchObject({ code: 'tokens/no-chat-template' })
  })
})
