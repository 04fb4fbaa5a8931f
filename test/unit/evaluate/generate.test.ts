// Generation with a KV cache gives the same tokens as computing everything anew, with every kind of prompt.
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ComputeEvent, TunedPrompt } from '../../../main/contract/compute.ts'
import type { SamplingSettings } from '../../../main/contract/sampling.ts'
import type { MethodName, Placement } from '../../../main/contract/settings.ts'
import { createEncoder } from '../../../main/engine/evaluate/encode.ts'
import { generate } from '../../../main/engine/evaluate/generate.ts'
import { createInferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { methodOf } from '../../../main/engine/method/index.ts'
import { layOut } from '../../../main/engine/method/layout.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { type Family, families, reference, tinyModel } from '../../support/tiny.ts'
import { tensorsOf } from '../parity/engine.ts'

const text = 'where is my parcel, the one that I ordered?'
const maxNewTokens = 8
const greedy = { maxNewTokens, temperature: 0, topP: 1, stop: [], seed: 0 }

async function promptOf(family: Family, method: MethodName, placement: Placement): Promise<TunedPrompt> {
  const found = reference(family)
  const model = await tinyModel(family)
  const start = found.cases.find((each) => each.method === method)?.start ?? {}
  const settings = defaultSettings({ method, placement, tokens: found.tokens })
  return { tensors: tensorsOf(model, method, found.tokens, start), settings, labels: [], modelHash: model.hash }
}

/** Token after token, each time from the whole sequence. */
async function anew(family: Family, prompt: TunedPrompt | undefined): Promise<string> {
  const model = await tinyModel(family)
  const settings = prompt?.settings ?? defaultSettings()
  const encoder = createEncoder(model, settings, [])
  const runner = createInferenceRunner(model, { threads: 1 })
  const plain = prompt && methodOf(settings).fold(prompt.tensors, settings)
  const made: number[] = []
  for (let i = 0; i < maxNewTokens; i++) {
    const answer = made.map((id, at) => ({ id, parent: at - 1 }))
    const sequence = layOut(encoder.row(text), answer, prompt && settings)
    const targetPositions = [[sequence.ids.length - 1]]
    const { data } = await runner.logits({
      sequences: [sequence],
      parts: plain,
      targetPositions,
      candidates: undefined,
    })
    const id = data.indexOf(Math.max(...data))
    if (encoder.tokenizer.ends.includes(id)) break
    made.push(id)
  }
  await runner.release()
  const stream = encoder.tokenizer.decodeStream()
  return made.map((id) => stream.push(id)).join('')
}

const cases = families.flatMap((family) => [
  [family, undefined, 'start'] as const,
  [family, 'prompt-tuning', 'start'] as const,
  [family, 'prompt-tuning', 'after-text'] as const,
  [family, 'prefix-tuning', 'start'] as const,
  [family, 'prefix-tuning', 'after-text'] as const,
])

describe('generating', () => {
  it.each(cases)('gives the same tokens with a KV cache: %s, %s, %s', async (family, method, placement) => {
    const model = await tinyModel(family)
    const prompt = method && (await promptOf(family, method, placement))
    const settings = prompt?.settings ?? defaultSettings()
    let streamed = ''
    const sink = {
      emit: (event: { event: string; text?: string }) => void (streamed += event.event === 'token' ? event.text : ''),
      stopRequested: () => false,
    }
    const runner = createInferenceRunner(model, { threads: 1 })
    onTestFinished(() => runner.release())
    const said = await generate(runner, { model, prompt, settings, text, sampling: greedy }, sink)
    expect(said).toBe(streamed)
    expect(said).toBe(await anew(family, prompt))
  })
})

describe('a generation', () => {
  /** Everything that is said, and its pieces; a stop is requested behind so many pieces. */
  async function say(given: Partial<SamplingSettings>, stopAt = Infinity) {
    const pieces: string[] = []
    const sink = {
      emit: (event: ComputeEvent) => void (event.event === 'token' && pieces.push(event.text)),
      stopRequested: () => pieces.length >= stopAt,
    }
    const model = await tinyModel('llama')
    const sampling = { ...greedy, maxNewTokens: 24, ...given }
    const runner = createInferenceRunner(model, { threads: 1 })
    const job = { model, prompt: undefined, settings: defaultSettings(), text, sampling }
    return { said: await generate(runner, job, sink).finally(() => runner.release()), pieces }
  }

  it('ends before a stop string, wherever its tokens begin and end', async () => {
    const { said } = await say({})
    expect(said.length).toBeGreaterThan(20)
    for (const [at, length] of [
      [0, 2],
      [5, 1],
      [9, 6],
      [14, 4],
    ] as const) {
      const stop = said.slice(at, at + length)
      const cut = await say({ stop: [stop] })
      expect(cut.said).toBe(said.slice(0, said.indexOf(stop)))
      expect(cut.pieces.join('')).toBe(cut.said)
    }
  })

  it('generates as many tokens as requested, and none where none are', async () => {
    const { said } = await say({})
    const shorter = await say({ maxNewTokens: 5 })
    expect(said.startsWith(shorter.said)).toBe(true)
    expect(shorter.said.length).toBeLessThan(said.length)
    expect((await say({ maxNewTokens: 0 })).said).toBe('')
  })

  it('ends where the context of the model is full, and says so', async () => {
    const model = await tinyModel('llama')
    const runner = createInferenceRunner(model, { threads: 1 })
    const settings = defaultSettings()
    const { before, text: own, after } = createEncoder(model, settings, []).row(text)
    // The encoder leaves room for the default number of virtual tokens, which a generation without a prompt can use.
    const context = before.length + own.length + after.length + 22
    const small = { ...model, config: { ...model.config, context } }
    const events: ComputeEvent[] = []
    const sink = { emit: (event: ComputeEvent) => void events.push(event), stopRequested: () => false }
    const job = { model: small, prompt: undefined, settings, text, sampling: { ...greedy, maxNewTokens: 24 } }
    const said = await generate(runner, job, sink).finally(() => runner.release())
    expect((await say({ maxNewTokens: 22 })).said).toBe(said)
    expect(events.at(-1)).toMatchObject({ event: 'warning', code: 'tuning/context-full' })
  })

  it('says the same for the same seed, and something else for another', async () => {
    const warm = (seed: number) => say({ temperature: 1, topP: 0.95, seed })
    expect(await warm(1)).toEqual(await warm(1))
    expect((await warm(1)).said).not.toBe((await warm(2)).said)
  })

  it('ends soon after a stop was requested', async () => {
    const { said, pieces } = await say({}, 3)
    expect(pieces).toHaveLength(3)
    expect((await say({})).said.startsWith(said)).toBe(true)
  })
})
