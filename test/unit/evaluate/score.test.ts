// The score job: what each row was taken for, and the figures that follow from it.
import { describe, expect, it } from 'vitest'
import type { ComputeEvent, TunedPrompt } from '../../../main/contract/compute.ts'
import { macroF1 } from '../../../main/engine/metrics/classification.ts'
import { withoutInstruction } from '../../../main/engine/evaluate/encode.ts'
import { createInferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { scoreTask, type ScoreTask } from '../../../main/engine/evaluate/score.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { reference, tinyModel } from '../../support/tiny.ts'
import { tensorsOf } from '../parity/engine.ts'

const labels = ['billing', 'delivery', 'praise']
const examples = ['my invoice is wrong', 'where is it?', 'thank you', 'the sum is too high'].map((text, i) => ({
  row: 10 + i,
  text,
  label: labels[i % 3] ?? '',
}))

const model = await tinyModel('qwen3')
const { tokens, cases } = reference('qwen3')
const settings = defaultSettings({ tokens }, labels)
const start = cases.find(({ method }) => method === 'prefix-tuning')?.start ?? {}
const prompt: TunedPrompt = {
  tensors: tensorsOf(model, 'prefix-tuning', tokens, start),
  settings,
  labels,
  modelHash: model.hash,
}

async function run(given: Partial<ScoreTask>) {
  const events: ComputeEvent[] = []
  const job = { model, prompt, settings, labels, examples, ...given }
  const runner = createInferenceRunner(job.model, { threads: 1 })
  const evaluation = await scoreTask(runner, job, (event) => void events.push(event)).finally(() => runner.release())
  return { evaluation, events }
}

describe('scoring rows', () => {
  it('predicts the likeliest label for each row, and gives the metrics of that', async () => {
    const { evaluation, events } = await run({})
    expect(evaluation.subject).toBe('tuned prompt')
    expect(evaluation.rows.map(({ row, label }) => [row, label])).toEqual(
      examples.map(({ row, label }) => [row, label]),
    )
    for (const { predicted, logProbabilities } of evaluation.rows) {
      expect(logProbabilities).toHaveLength(3)
      expect(predicted).toBe(labels[logProbabilities.indexOf(Math.max(...logProbabilities))])
    }
    const right = evaluation.rows.filter(({ label, predicted }) => label === predicted).length
    expect(evaluation.headline).toBe('accuracy')
    expect(evaluation.metrics).toEqual({ accuracy: right / 4, macro_f1: macroF1(evaluation.rows, labels) })
    for (const { label, predicted, metrics } of evaluation.rows)
      expect(metrics).toEqual({ accuracy: label === predicted ? 1 : 0 })
    expect(events.at(-1)).toEqual({ event: 'progress', stage: 'evaluating with tuned prompt', done: 4, total: 4 })
  })

  it('evaluates the model without a prompt by the template, with or without an instruction', async () => {
    const template = { ...settings.template, instruction: 'Say what this is about.' }
    const bare = await run({ prompt: undefined })
    const instructed = await run({ prompt: undefined, settings: { ...settings, template } })
    const uninstructed = withoutInstruction({ ...settings, template })
    expect(bare.evaluation.subject).toBe('no prompt')
    expect(instructed.evaluation.rows).not.toEqual(bare.evaluation.rows)
    expect((await run({ prompt: undefined, settings: uninstructed })).evaluation).toEqual(bare.evaluation)
    expect((await run({})).evaluation.rows).not.toEqual(bare.evaluation.rows)
    expect((await run({ settings: { ...settings, template } })).evaluation.rows).not.toEqual(
      (await run({})).evaluation.rows,
    )
  })

  it('refuses a prompt of another base model', async () => {
    await expect(run({ prompt: { ...prompt, modelHash: 'another' } })).rejects.toThrow('tuned on another base model')
  })
})
