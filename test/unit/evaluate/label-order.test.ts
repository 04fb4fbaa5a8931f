// The order in which labels are named cannot matter: each is scored as its text, through the trie.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createInferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { answerTexts } from '../../../main/engine/evaluate/answer-texts.ts'
import { scoreTask } from '../../../main/engine/evaluate/score.ts'
import { labelLogProbabilities, labelTrie, type LabelTrie } from '../../../main/engine/evaluate/trie.ts'
import { createRandom } from '../../../main/engine/random.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { randomPrompt } from '../../support/random-prompt.ts'
import { families, tinyModel } from '../../support/tiny.ts'

describe('the order of the labels', () => {
  /** Logits that depend on the tokens before a node and on the token behind it, as a model's do, and on no order. */
  function logitsOf({ nodes, context, candidates }: LabelTrie): Float32Array {
    const before = (at: number): number =>
      at < 0 ? 1 : (before(context[at]?.parent ?? -1) * 31 + (context[at]?.id ?? 0)) % 10_007
    return Float32Array.from(
      nodes.flatMap(({ after }) => candidates.map((token) => 5 * Math.sin(before(after) + 13 * token))),
    )
  }

  it('changes no label’s probability in the trie, whatever the labels', () => {
    const word = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
    const labels = fc.uniqueArray(word, { minLength: 2, maxLength: 8, selector: (ids) => ids.join() })
    fc.assert(
      fc.property(labels, fc.integer(), (answers, seed) => {
        const shuffled = createRandom(seed).shuffle(answers)
        const scores = (some: typeof answers): Map<string, number> => {
          const trie = labelTrie(some, 0, some.map(String))
          const found = labelLogProbabilities(trie, logitsOf(trie))
          return new Map(some.map((ids, i) => [ids.join(), found[i] ?? NaN]))
        }
        const [own, other] = [scores(answers), scores(shuffled)]
        for (const [ids, value] of own) expect(other.get(ids)).toBeCloseTo(value, 6)
      }),
    )
  })

  it.each(families)('changes neither a score nor an answer of a prompt: %s', async (family) => {
    const model = await tinyModel(family)
    const labels = ['billing', 'bill', 'delivery', 'delivery time', 'praise', 'other things']
    const settings = defaultSettings({ tokens: 4 }, labels)
    const prompt = await randomPrompt(model, settings, labels, 5)
    const examples = ['my invoice is wrong', 'where is it?', 'thank you so much', 'the sum is too high', 'hm'].map(
      (text, row) => ({ row, text, label: 'bill' }),
    )
    const runner = createInferenceRunner(model, { threads: 1 })
    try {
      const answersIn = async (order: readonly string[]) => {
        const task = { model, settings, labels: order, examples, prompt: { ...prompt, labels: order } }
        const { rows } = await scoreTask(runner, task, () => undefined)
        const texts = examples.map(({ text }) => ({ text, context: '' }))
        const [answers = []] = await answerTexts(runner, { model, prompts: [task.prompt], texts }, () => undefined)
        return rows.map(({ predicted, logProbabilities }, i) => ({
          ...{ predicted, answer: answers[i]?.answer, confidence: answers[i]?.confidence ?? NaN },
          scores: labels.map((label) => logProbabilities[order.indexOf(label)] ?? NaN),
        }))
      }
      const own = await answersIn(labels)
      for (const order of [labels.toReversed(), ...[1, 2, 3].map((seed) => createRandom(seed).shuffle(labels))])
        for (const [i, { predicted, answer, confidence, scores }] of (await answersIn(order)).entries()) {
          expect([predicted, answer]).toEqual([own[i]?.predicted, own[i]?.answer])
          expect(confidence).toBeCloseTo(own[i]?.confidence ?? NaN, 5)
          for (const [label, score] of scores.entries()) expect(score).toBeCloseTo(own[i]?.scores[label] ?? NaN, 4)
        }
    } finally {
      await runner.release()
    }
  })
})
