// Which answers a pre-flight times, by the calls of its inference runner.
import { expect, it } from 'vitest'
import type { TuneSettings } from '../../../main/contract/settings.ts'
import { encoderFor } from '../../../main/engine/evaluate/encode.ts'
import { createInferenceRunner, type InferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { initialTensors } from '../../../main/engine/train/initialise.ts'
import { timeAnswers } from '../../../main/engine/train/time-answers.ts'
import { tinyModel } from '../../support/tiny.ts'

const labels = ['billing', 'delivery']
const rows = (count: number) =>
  Array.from({ length: count }, (_, row) => {
    const label = labels[row % 2] ?? ''
    return { row, text: `message ${String(row)} about ${label}`, label }
  })

/** Times answers of some rows, with little memory where nothing else is given. */
async function timed(given: Partial<TuneSettings>, count = 6) {
  const model = await tinyModel('llama')
  const settings = defaultSettings({ tokens: 4, placement: 'start', memory: 'low', ...given }, labels)
  const encoder = encoderFor(model, settings, labels)
  const runner = createInferenceRunner(model, { threads: 1, memory: settings.memory })
  /** Tokens of the longest row of each question, and whether virtual tokens stood before it. */
  const questions: { readonly tokens: number; readonly isTuned: boolean }[] = []
  const watched: InferenceRunner = {
    ...runner,
    logits(query) {
      const tokens = Math.max(...query.sequences.map(({ ids }) => ids.length))
      questions.push({ tokens, isTuned: query.parts !== undefined })
      return runner.logits(query)
    },
  }
  const tensors = await initialTensors(model, settings, labels, encoder, runner)
  const answers = await timeAnswers(watched, {
    job: {
      kind: 'preflight',
      ...{ model, settings, labels, threads: 1, provider: 'cpu' },
      split: { train: rows(20), validation: rows(count), test: [] },
    },
    encoder,
    prompt: { tensors, settings, labels, modelHash: model.hash },
    examples: rows(count),
    precomputes: false,
    resident: () => questions.length,
  })
  await runner.release()
  return { questions, answers }
}
it('answers with the prompt and without, each once to open its session and once to be timed', async () => {
  const { questions, answers } = await timed({ memory: 'normal' })
  expect(questions.map(({ isTuned }) => isTuned)).toEqual([true, true, false, false])
  expect(new Set(questions.map(({ tokens }) => tokens))).toEqual(new Set([17]))
  expect(answers).toMatchObject({ opening: 0, peakBytes: 4 })
})

it('opens its session twice more, and answers with each hand-written prompt, where memory is short', async () => {
  const { questions, answers } = await timed({})
  expect(questions.map(({ isTuned }) => isTuned)).toEqual([true, true, ...Array<boolean>(9).fill(false)])
  // An instruction, alone and with four and eight examples: these rows hold more than any other.
  expect(questions.map(({ tokens }) => tokens)).toEqual([...Array<number>(8).fill(17), 46, 127, 209])
  expect(answers.peakBytes).toBe(11)
})

it('answers with no hand-written prompt where there is no duel', async () => {
  const { questions, answers } = await timed({ duel: false })
  expect(questions.map(({ tokens }) => tokens)).toEqual(Array<number>(8).fill(17))
  expect(answers.peakBytes).toBe(8)
})

it('answers nothing where there is no row', async () => {
  const { questions, answers } = await timed({}, 0)
  expect(questions).toEqual([])
  expect(answers).toEqual({ row: 0, plainRow: 0, opening: 0, peakBytes: 0 })
})
