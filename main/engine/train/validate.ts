// Loss and share of right answers on the validation set, by forward passes alone.
import type { Measured } from '../../contract/metrics.ts'
import type { Parts } from '../../contract/parts.ts'
import type { ValidatedRow } from '../../contract/records.ts'
import type { Example, TuneSettings } from '../../contract/settings.ts'
import { best } from '../evaluate/best.ts'
import type { Encoder } from '../evaluate/encode.ts'
import { scoreRows } from '../evaluate/label-scores.ts'
import type { InferenceRunner } from '../evaluate/inference-runner.ts'
import type { CachedTexts } from '../evaluate/cached-texts.ts'
import { readingOf } from '../evaluate/reading.ts'
import type { Segments } from '../method/layout.ts'
import { scoresLabels } from '../task/index.ts'
import type { TrainingExample } from './example.ts'
import { teacherForced } from './teacher-forced.ts'

export interface ValidationRow {
  readonly segments: Segments
  /** Index of the right label; -1 where answers are generated. */
  readonly label: number
  /** The row as the loss reads it. */
  readonly example: TrainingExample
  /** The row as it is shown to the user. */
  readonly shown: Example
}

/** Its metric is accuracy or, where answers are generated, teacher-forced exact match. */
export interface Validation extends Measured {
  /** Mean of -log p over label tokens: the quantity that training minimises. */
  readonly loss: number
  /** The rows whose right label is least likely, and some that stay the same throughout the run. */
  readonly rows: readonly ValidatedRow[]
}

/** Rows of each kind that are shown. */
const shownRows = 5

/** Answers to validation rows, with what their loss is the mean of. */
export interface ValidationAnswers {
  /** Sum of -log p over label tokens. */
  readonly loss: number
  /** Label tokens. */
  readonly tokens: number
  readonly answers: readonly { readonly right: boolean; readonly shown: Omit<ValidatedRow, 'worst'> }[]
}

/** Answers validation rows with a prompt. */
export async function answerValidation(
  runner: InferenceRunner,
  { trie, tokenizer }: Pick<Encoder, 'trie' | 'tokenizer'>,
  rows: readonly ValidationRow[],
  settings: TuneSettings,
  labels: readonly string[],
  parts: Parts,
  texts: CachedTexts | undefined,
  onProgress?: (done: number) => void,
): Promise<ValidationAnswers> {
  const tokens = rows.reduce((sum, { example }) => sum + example.targetPositions.length, 0)
  const forced =
    settings.loss === 'vocabulary'
      ? await teacherForced(
          runner,
          rows.map(({ example }) => example),
          { parts, texts },
        )
      : []
  const labelScores = scoresLabels(settings)
    ? await scoreRows(
        runner,
        trie,
        rows.map(({ segments }) => segments),
        { settings, parts, reading: texts && readingOf(settings, texts) },
        onProgress,
      )
    : undefined
  const answers = rows.map(({ shown, label }, i) => {
    const [scores, answer] = [labelScores?.[i], forced[i]]
    const predicted = scores ? (labels[best(scores)] ?? '') : tokenizer.decode(answer?.likeliest ?? []).trim()
    const right = scores ? best(scores) === label : (answer?.right ?? false)
    const logProbability = (scores ? scores[label] : answer?.logProbability) ?? -Infinity
    return { right, logProbability, shown: { ...shown, predicted, probability: Math.exp(logProbability) } }
  })
  const total =
    settings.loss === 'labels'
      ? answers.reduce((sum, { logProbability }) => sum - logProbability, 0)
      : forced.reduce((sum, { logProbability }) => sum - logProbability, 0)
  return { loss: total, tokens, answers }
}

/** Mean of -log p over label tokens. */
export const lossOf = ({ loss, tokens }: Pick<ValidationAnswers, 'loss' | 'tokens'>): number =>
  loss / Math.max(1, tokens)

/** What all these answers come down to. */
export function validationOf(settings: TuneSettings, some: readonly ValidationAnswers[]): Validation {
  const answers = some.flatMap((each) => each.answers)
  const sum = (of: (each: ValidationAnswers) => number): number => some.reduce((all, each) => all + of(each), 0)
  const headline = scoresLabels(settings) ? 'accuracy' : 'teacher_forced_exact_match'
  return {
    loss: lossOf({ loss: sum(({ loss }) => loss), tokens: sum(({ tokens }) => tokens) }),
    headline,
    metrics: { [headline]: answers.filter(({ right }) => right).length / Math.max(1, answers.length) },
    rows: selectShown(answers.map(({ shown }) => shown)),
  }
}

function selectShown(all: readonly Omit<ValidatedRow, 'worst'>[]): ValidatedRow[] {
  const worst = all.toSorted((a, b) => a.probability - b.probability).slice(0, shownRows)
  // Rows at even distances, so that they are the same at each validation.
  const every = Math.max(1, Math.floor(all.length / shownRows))
  const others = all.filter((row, i) => i % every === 0 && !worst.includes(row)).slice(0, shownRows)
  return [...worst.map((row) => ({ ...row, worst: true })), ...others.map((row) => ({ ...row, worst: false }))]
}
