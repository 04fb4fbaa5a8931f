// Generation with kept keys and values says what reading everything anew would say, with every kind of prompt.
import { describe, expect, it } from 'vitest'
import type { TunedPrompt } from '../../../main/contract/compute.ts'
import type { MethodName, Placement } from '../../../main/contract/settings.ts'
import { createEncoder } from '../../../main/engine/evaluate/encode.ts'
import { generate } from '../../../main/engine/evaluate/generate.ts'
import { createReader } from '../../../main/engine/evaluate/reader.ts'
import { methods } from '../../../main/engine/method/index.ts'
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
  const encoder = createEncoder(model, settings, [], prompt !== undefined)
  const reader = createReader(model, { threads: 1 })
  const plain = prompt && methods[settings.method].fold(prompt.tensors)
  const made: number[] = []
  for (let i = 0; i < maxNewTokens; i++) {
    const answer = made.map((id, at) => ({ id, parent: at - 1 }))
    const sequence = layOut(encoder.row(text), answer, prompt && settings)
    const ask = [[sequence.ids.length - 1]]
    const { data } = await reader.logits({ sequences: [sequence], prompt: plain, ask, candidates: undefined })
    const id = data.indexOf(Math.max(...data))
    if (encoder.tokenizer.ends.includes(id)) break
    made.push(id)
  }
  await reader.release()
  const stream = encoder.tokenizer.decodeStream()
  return made.map((id) => stream.push(id)).join('')
}

const cases = families.flatMap((family) => [
  [family, undefined, 'start'] as const,
  [family, 'prompt', 'start'] as const,
  [family, 'prompt', 'after-text'] as const,
  [family, 'prefix', 'start'] as const,
  [family, 'prefix', 'after-text'] as const,
])

describe('generating', () => {
  it.each(cases)('says the same with kept keys and values: %s, %s, %s', async (family, method, placement) => {
    const model = await tinyModel(family)
    const prompt = method && (await promptOf(family, method, placement))
    const settings = prompt?.settings ?? defaultSettings()
    let streamed = ''
    const sink = {
      emit: (event: { event: string; text?: string }) => void (streamed += event.event === 'token' ? event.text : ''),
      stopRequested: () => false,
    }
    const job = { kind: 'generate' as const, model, prompt, settings, text, sampling: greedy, threads: 1 }
    const said = await generate(job, sink)
    expect(said).toBe(streamed)
    expect(said).toBe(await anew(family, prompt))
  })
})
