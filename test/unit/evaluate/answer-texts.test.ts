// Texts without known answers: they are answered as an evaluation answers them, by several prompts over one reading.
import { describe, expect, it } from 'vitest'
import { answerTexts } from '../../../main/engine/evaluate/answer-texts.ts'
import { createInferenceRunner, type InferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { scoreTask } from '../../../main/engine/evaluate/score.ts'
import type { GivenSettings } from '../../../main/contract/settings.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { randomPrompt } from '../../support/random-prompt.ts'
import { tinyModel } from '../../support/tiny.ts'

const texts = ['my invoice is wrong', 'where is it?', 'thank you so much '.repeat(80), 'the sum is too high'].map(
  (text) => ({
    text,
    context: '',
  }),
)

async function promptOf(given: GivenSettings, labels: readonly string[], seed: number) {
  const model = await tinyModel('llama')
  return randomPrompt(model, defaultSettings({ tokens: 4, maxTokens: 64, ...given }, labels), labels, seed)
}

/** The start that all texts have in common is read by itself. */
const sharedStart = 1

/** Counts the texts that are read for later. */
function counting(runner: InferenceRunner) {
  const read = { texts: 0 }
  const counted: InferenceRunner = {
    ...runner,
    keysValues: (some, past, options) => {
      read.texts += some.length
      return runner.keysValues(some, past, options)
    },
  }
  return { read, counted }
}

describe('texts', () => {
  it('are answered by each prompt with its own labels as an evaluation answers them, and read once', async () => {
    const model = await tinyModel('llama')
    const prompts = [
      await promptOf({}, ['billing', 'delivery', 'praise'], 1),
      await promptOf({}, ['yes', 'no'], 2),
      await promptOf({ method: 'prompt-tuning', placement: 'start' }, ['yes', 'no'], 3),
    ]
    const runner = createInferenceRunner(model, { threads: 1 })
    const { read, counted } = counting(runner)
    try {
      const short = texts.filter(({ text }) => text.length < 100)
      await answerTexts(counted, { model, prompts, texts: short }, () => undefined)
      // The third one changes what stands before the text, so that it reads the texts by itself.
      expect(read.texts).toBe(short.length + sharedStart)
      const found = await answerTexts(runner, { model, prompts, texts }, () => undefined)
      for (const [i, prompt] of prompts.entries()) {
        const { settings, labels } = prompt
        const examples = texts.map(({ text }, row) => ({ row, text, label: '' }))
        const { rows } = await scoreTask(runner, { model, settings, labels, examples, prompt }, () => undefined)
        expect(found[i]?.map(({ answer }) => answer)).toEqual(rows.map(({ predicted }) => predicted))
        for (const [row, { logProbabilities }] of rows.entries())
          expect(found[i]?.[row]?.confidence).toBeCloseTo(Math.exp(Math.max(...logProbabilities)), 4)
        expect(found[i]?.map(({ cut }) => cut > 0)).toEqual([false, false, true, false])
      }
    } finally {
      await runner.release()
    }
  })

  it('are answered in writing where the prompt’s task is to write', async () => {
    const model = await tinyModel('llama')
    const prompt = await promptOf({ task: 'generation' }, [], 4)
    const runner = createInferenceRunner(model, { threads: 1 })
    try {
      const [answers = []] = await answerTexts(runner, { model, prompts: [prompt], texts }, () => undefined)
      const examples = texts.map(({ text }, row) => ({ row, text, label: '' }))
      const task = { model, settings: prompt.settings, labels: [], examples, prompt }
      const { rows } = await scoreTask(runner, task, () => undefined)
      expect(answers.map(({ answer }) => answer)).toEqual(rows.map(({ predicted }) => predicted))
      // One in 320 tokens, were all equally likely.
      for (const { confidence } of answers) expect(confidence).toBeGreaterThan(1 / 320)
      for (const { confidence } of answers) expect(confidence).toBeLessThan(1)
      expect(new Set(answers.map(({ confidence }) => confidence)).size).toBeGreaterThan(1)
    } finally {
      await runner.release()
    }
  })
})
