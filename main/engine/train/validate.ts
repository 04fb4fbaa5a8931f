// Loss and right answers on the validation rows, by forward passes alone.
import type { Measured } from '../../contract/metrics.ts'
import type { Parts } from '../../contract/parts.ts'
import type { ValidatedRow } from '../../contract/records.ts'
import type { Example, TuneSettings } from '../../contract/settings.ts'
import { best } from '../evaluate/best.ts'
import type { Encoder } from '../evaluate/encode.ts'
import { scoreRows } from '../evaluate/label-scores.ts'
import type { InferenceRunner } from '../evaluate/inference-runner.ts'
import type { CachedTexts } from '../evaluate/cached-texts.ts'
import type { Segments } from '../method/layout.ts'
import { scoresLabels } from '../task/index.ts'
import type { TrainingExample } from './example.ts'

export interface ValidationRow {
  readonly segments: Segments
  /** Index of the right label; -1 where answers are written. */
  readonly label: number
  /** The row as the loss sees it. */
  readonly example: TrainingExample
  /** The row as its owner sees it. */
  readonly shown: Example
}

/** Measured by the share of right labels or, where answers are written, of answers that are right token by token. */
export interface Validation extends Measured {
  /** Mean of -log p over label tokens: the same quantity that training lowers. */
  readonly loss: number
  /** The rows whose right label is least likely, and some that stay the same through the run. */
  readonly rows: readonly ValidatedRow[]
}

/** Rows of each kind that are shown. */
const shownRows = 5

export async function validate(
  runner: InferenceRunner,
  { trie, tokenizer }: Pick<Encoder, 'trie' | 'tokenizer'>,
  rows: readonly ValidationRow[],
  settings: TuneSettings,
  labels: readonly string[],
  parts: Parts,
  texts: CachedTexts | undefined,
): Promise<Validation> {
  const tokens = rows.reduce((sum, { example }) => sum + example.targetPositions.length, 0)
  const written = settings.loss === 'vocabulary' ? await teacherForced(runner, rows, parts, texts) : []
  const chosen = scoresLabels(settings)
    ? await scoreRows(
        runner,
        trie,
        rows.map(({ segments }) => segments),
        { settings, parts, texts },
      )
    : undefined
  const answers = rows.map(({ shown, label }, i) => {
    const [scores, words] = [chosen?.[i], written[i]]
    const predicted = scores ? (labels[best(scores)] ?? '') : tokenizer.decode(words?.likeliest ?? []).trim()
    const right = scores ? best(scores) === label : (words?.right ?? false)
    const logProbability = (scores ? scores[label] : words?.logProbability) ?? -Infinity
    return { right, logProbability, shown: { ...shown, predicted, probability: Math.exp(logProbability) } }
  })
  const total =
    settings.loss === 'labels'
      ? answers.reduce((sum, { logProbability }) => sum - logProbability, 0)
      : written.reduce((sum, { logProbability }) => sum - logProbability, 0)
  const headline = chosen ? 'accuracy' : 'teacher_forced_exact_match'
  return {
    loss: total / Math.max(1, tokens),
    headline,
    metrics: { [headline]: answers.filter(({ right }) => right).length / Math.max(1, rows.length) },
    rows: chosenRows(answers.map(({ shown }) => shown)),
  }
}

function chosenRows(all: readonly Omit<ValidatedRow, 'worst'>[]): ValidatedRow[] {
  const worst = all.toSorted((a, b) => a.probability - b.probability).slice(0, shownRows)
  // Evenly through the file: the same ones each time.
  const every = Math.max(1, Math.floor(all.length / shownRows))
  const others = all.filter((row, i) => i % every === 0 && !worst.includes(row)).slice(0, shownRows)
  return [...worst.map((row) => ({ ...row, worst: true })), ...others.map((row) => ({ ...row, worst: false }))]
}

/** A right answer as the model would go on, each token behind the right ones before it. */
interface TeacherForced {
  /** Of the whole answer with its end. */
  readonly logProbability: number
  /** Every token is the likeliest one: the answer is what the model would write. */
  readonly right: boolean
  /** The likeliest tokens, without the one that ends the answer. */
  readonly likeliest: readonly number[]
}

/** Rows whose logits over the whole vocabulary are held at once. */
const rowsAtOnce = 8

async function teacherForced(
  runner: InferenceRunner,
  rows: readonly ValidationRow[],
  parts: Parts,
  texts: CachedTexts | undefined,
): Promise<TeacherForced[]> {
  const found: TeacherForced[] = []
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    const some = rows.slice(start, start + rowsAtOnce).map(({ example }) => example)
    const { data, shape } = await runner.logits({
      sequences: some.map(({ sequence }) => sequence),
      parts,
      targetPositions: some.map(({ targetPositions }) => targetPositions),
      candidates: undefined,
      texts,
    })
    const [, slots = 0, width = 0] = shape
    some.forEach(({ labels }, b) => {
      const tokens = labels.map((id, slot) => {
        const logits = data.subarray((b * slots + slot) * width, (b * slots + slot + 1) * width)
        const likeliest = best(logits)
        return { likeliest, right: likeliest === id, lost: negativeLogProbability(logits, id, likeliest) }
      })
      found.push({
        logProbability: tokens.reduce((sum, { lost }) => sum - lost, 0),
        right: tokens.every(({ right }) => right),
        likeliest: tokens.slice(0, -1).map(({ likeliest }) => likeliest),
      })
    })
  }
  return found
}

function negativeLogProbability(logits: Float32Array, id: number, likeliest: number): number {
  const top = logits[likeliest] ?? 0
  let sum = 0
  for (const value of logits) sum += Math.exp(value - top)
  return top + Math.log(sum) - (logits[id] ?? -Infinity)
}
