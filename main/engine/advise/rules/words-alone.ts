// A bag of words does as well as the tuned prompt: the task may not need a language model.
import { headlineOf } from '../../../contract/metrics.ts'
import { percent } from '../../../contract/numbers.ts'
import { byFigure, ownEvaluations } from '../../../contract/records.ts'
import type { Rule } from '../rule.ts'

/** Standard errors of the difference within which two figures count as alike. */
const alike = 2

export const wordsAlone: Rule = ({ run, evaluations }) => {
  const { tuned, wordCount } = byFigure(ownEvaluations(run, evaluations), (each) => each)
  if (!tuned || !wordCount) return undefined
  const [prompt, words] = [headlineOf(tuned), headlineOf(wordCount)]
  if (prompt - words > alike * errorOf(prompt, words, tuned.rows)) return undefined
  return {
    evidence: `Words alone do as well: ${percent(words)} by a word count without a language model, ${percent(prompt)} with the tuned prompt (${String(tuned.rows)} test rows).`,
    change:
      'A simple classifier, or a few rules, may be enough for this task. Where words alone fail, more rows of that kind, another method or a larger base model can put the tuned prompt ahead.',
    settings: {},
    ...(words > prompt ? { gain: words - prompt } : {}),
  }
}

/** Standard error of the difference of two shares, as if of different rows: on the same rows it is smaller. */
const errorOf = (one: number, other: number, rows: number): number =>
  Math.sqrt((one * (1 - one) + other * (1 - other)) / Math.max(1, rows))
