// A method of one file, which nothing else knows of, trains, resumes, is evaluated, generates and is inspected.
import { describe, expect, it } from 'vitest'
import type { TunedPrompt } from '../../../main/contract/compute.ts'
import type { Placement } from '../../../main/contract/settings.ts'
import { createEncoder } from '../../../main/engine/evaluate/encode.ts'
import { generate } from '../../../main/engine/evaluate/generate.ts'
import { generateRows } from '../../../main/engine/evaluate/generate-rows.ts'
import { createInferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { placedPrompt } from '../../../main/engine/evaluate/score.ts'
import { inspectPrompt } from '../../../main/engine/inspect/inspect.ts'
import { addMethod } from '../../../main/engine/method/index.ts'
import { layOut } from '../../../main/engine/method/layout.ts'
import type { Family } from '../../support/tiny.ts'
import { type How, labels, losses, rows, run as smallRun } from './small-run.ts'
import { valueScale } from './value-scale.ts'

addMethod(valueScale)

const run = (family: Family, placement: Placement, how?: How) =>
  smallRun(family, { method: 'value-scale', placement }, how)

describe.each<[Family, Placement]>([
  ['llama', 'start'],
  ['qwen2', 'after-text'],
  ['gemma3', 'start'],
  ['gemma3', 'after-text'],
])('factors of every value projection, on %s, %s', (family, placement) => {
  it('train: the forward graph has the loss that the next step has, and it falls', async () => {
    const found = await run(family, placement)
    expect(found.outcome).toBe('finished')
    expect(found.settings.tokens).toBe(0)
    found.steps.forEach(({ loss, tokenNorms, gradientNorm }, i) => {
      expect(Math.abs((found.validations[i]?.loss ?? NaN) - loss)).toBeLessThan(1e-4)
      expect(tokenNorms).toEqual([])
      expect(gradientNorm).toBeGreaterThan(0)
    })
    const [first = NaN, last = NaN] = [losses(found)[0], losses(found).at(-1)]
    expect(first - last).toBeGreaterThan(0.015)
    expect(found.evaluations.map(({ subject, rows: scored }) => [subject, scored.length])).toEqual([
      ['tuned prompt', 6],
      ['no prompt', 6],
    ])
  })

  it('resume to the same curve', async () => {
    const whole = await run(family, placement)
    const part = await run(family, placement, { until: 5 })
    expect(part.outcome).toBe('stopped')
    const rest = await run(family, placement, part.last ? { resume: part.last } : {})
    expect([...losses(part), ...losses(rest)]).toEqual(losses(whole))
  })

  it('write what the likeliest tokens are, one by one or side by side, and are inspected', async () => {
    const { model, settings, prompt } = await run(family, placement)
    const runner = createInferenceRunner(model, { threads: 1 })
    const placed = placedPrompt(model, prompt)
    const encoder = createEncoder(model, settings, [])
    const text = 'where is my parcel'
    const alone: number[] = []
    for (let made = 0; made < 6; made++) {
      const answer = alone.map((id, at) => ({ id, parent: at - 1 }))
      const sequence = layOut(encoder.row(text), answer, settings)
      const targetPositions = [[sequence.ids.length - 1]]
      const query = { sequences: [sequence], parts: placed.parts, targetPositions, candidates: undefined }
      const { data } = await runner.logits(query)
      alone.push(data.indexOf(Math.max(...data)))
    }
    const writing = { model, ends: [], maxTokens: 6 }
    const segments = [encoder.row(text), encoder.row('another message of some length'), encoder.row(text)]
    const sideBySide = await generateRows(runner, segments, placed, writing, () => undefined)
    expect([sideBySide[0], sideBySide[2]]).toEqual([alone, alone])
    const sampling = { maxNewTokens: 6, temperature: 0, topP: 1, stop: [], seed: 0 }
    const sink = { emit: () => undefined, stopRequested: () => false }
    const said = await generate(runner, { model, prompt, settings, sampling, text }, sink)
    const until = alone.findIndex((id) => encoder.tokenizer.ends.includes(id))
    const stream = encoder.tokenizer.decodeStream()
    expect(said).toBe((until < 0 ? alone : alone.slice(0, until)).map((id) => stream.push(id)).join(''))
    const job = { kind: 'inspect', model, prompt, settings, labels, examples: rows(3, 300), threads: 1 } as const
    const found = await inspectPrompt(runner, job, () => undefined)
    if (found.part !== 'updates') throw new Error('no updates')
    expect(found.updates).toMatchObject([{ linear: 'v_proj', weights: 0, bias: 0 }])
    expect(found.updates[0]?.factors).toBeGreaterThan(0.05)
    await runner.release()
  })
})

it('factors that act on the tail alone train over precomputed texts as over texts read in every step', async () => {
  const cached = await run('qwen3', 'after-text', { precomputes: true })
  const anew = await run('qwen3', 'after-text', { precomputes: false })
  losses(cached).forEach((loss, i) => {
    expect(Math.abs(loss - (losses(anew)[i] ?? NaN))).toBeLessThan(1e-4)
  })
  const { updates = [] } = placedPrompt(cached.model, cached.prompt).parts
  expect(updates.map(({ layer, linear }) => [layer, linear])).toEqual(
    Array.from({ length: cached.model.config.layers }, (_, layer) => [layer, 'v_proj']),
  )
})

it('one open session answers for every prompt of the same shapes', async () => {
  const { model, settings, prompt } = await run('llama', 'start')
  const runner = createInferenceRunner(model, { threads: 1 })
  const encoder = createEncoder(model, settings, labels)
  const logits = async (tuned: TunedPrompt): Promise<number[]> => {
    const sequence = layOut(encoder.row('a parcel'), [], settings)
    const { parts } = placedPrompt(model, tuned)
    const query = { sequences: [sequence], parts, targetPositions: [[sequence.questionEnd]], candidates: undefined }
    return [...(await runner.logits(query)).data]
  }
  const flat = Object.entries(prompt.tensors).map(([name, { shape, data }]) => [
    name,
    { shape, data: data.map(() => 1) },
  ])
  const [tuned, none] = [await logits(prompt), await logits({ ...prompt, tensors: Object.fromEntries(flat) })]
  expect(tuned).not.toEqual(none)
  const shape = { embeddings: false, past: false, head: 'vocabulary', present: false } as const
  const vectors = ['outputScale'] as const
  const updates = Array.from(
    { length: model.config.layers },
    (_, layer) => ({ layer, linear: 'v_proj', vectors }) as const,
  )
  expect(await runner.session({ ...shape, updates })).toBe(await runner.session({ ...shape, updates }))
  // Factors of one change nothing.
  const sequence = layOut(encoder.row('a parcel'), [], undefined)
  const query = { sequences: [sequence], parts: undefined, targetPositions: [[sequence.questionEnd]] }
  const plain = await runner.logits({ ...query, candidates: undefined })
  plain.data.forEach((value, i) => {
    expect(Math.abs(value - (none[i] ?? NaN))).toBeLessThan(1e-4)
  })
  await runner.release()
})
