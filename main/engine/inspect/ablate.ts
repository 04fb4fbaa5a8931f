// Ablation: how the answers to some rows change where one virtual token is taken away.
import type { Ablation } from '../../contract/inspection.ts'
import { best } from '../evaluate/best.ts'
import { type PlacedPrompt, scoreRows } from '../evaluate/label-scores.ts'
import type { InferenceRunner } from '../evaluate/inference-runner.ts'
import type { LabelTrie } from '../evaluate/trie.ts'
import type { Segments } from '../method/layout.ts'
import { mean } from '../statistics.ts'
import type { TrainingExample } from '../train/example.ts'
import { teacherForced } from '../train/teacher-forced.ts'
import { countOf, virtualTokensOf } from '../method/virtual.ts'

/** What a prompt makes of a row. */
export interface RowScore {
  /** Of the right answer, in nats: -log p of its label among the labels, or the mean of -log p over its tokens. */
  readonly loss: number
  /** The likeliest label, or the likeliest tokens: the same for the same answer. */
  readonly answer: string
}

/** Scores the rows of an ablation with a prompt. */
export type ScoreRows = (prompt: PlacedPrompt, onProgress: (done: number) => void) => Promise<RowScore[]>

/** By the labels' scores. `right`: index of each row's right label among the labels. */
export const byLabels =
  (runner: InferenceRunner, trie: LabelTrie, rows: readonly Segments[], right: readonly number[]): ScoreRows =>
  async (prompt, onProgress) =>
    labelScores(await scoreRows(runner, trie, rows, prompt, onProgress), right)

export const labelScores = (scores: readonly (readonly number[])[], right: readonly number[]): RowScore[] =>
  scores.map((own, row) => ({ loss: -(own[right[row] ?? -1] ?? -Infinity), answer: String(best(own)) }))

/** By the tokens of the right answers, each predicted from the right ones before it. */
export const byAnswers =
  (runner: InferenceRunner, examples: readonly TrainingExample[]): ScoreRows =>
  async (prompt, onProgress) => {
    const forced = await teacherForced(runner, examples, { ...prompt, texts: prompt.reading?.texts })
    onProgress(examples.length)
    return forced.map(({ logProbability, likeliest }, row) => ({
      loss: -logProbability / Math.max(1, examples[row]?.labels.length ?? 1),
      answer: likeliest.join(),
    }))
  }

export interface AblationTask {
  /** How many rows are scored. */
  readonly rows: number
  readonly score: ScoreRows
  readonly placed: PlacedPrompt
  /** The mean embedding [H] of the vocabulary: it takes the place of a virtual embedding. */
  readonly average: Float32Array
}

/**
 * An ablated token leaves every other token at its position. A past key and value is masked in every layer. A virtual
 * embedding is replaced by the vocabulary's mean embedding: masking could not ablate the last one after a text, whose own
 * hidden state predicts the answer.
 */
export async function ablate(
  task: AblationTask,
  onProgress: (done: number, total: number) => void,
): Promise<{ readonly loss: number; readonly tokens: readonly Ablation[] }> {
  const { rows, placed } = task
  const count = countOf(virtualTokensOf(placed.parts))
  const total = rows * (count + 1)
  let scored = 0
  const score = async (prompt: PlacedPrompt): Promise<RowScore[]> => {
    const scores = await task.score(prompt, (done) => {
      onProgress(scored + done, total)
    })
    scored += rows
    return scores
  }
  onProgress(0, total)
  const whole = await score(placed)
  const tokens: Ablation[] = []
  for (let token = 0; token < count; token++) tokens.push(compare(whole, await score(withoutToken(task, token)), count))
  return { loss: mean(whole.map(({ loss }) => loss)), tokens }
}

function withoutToken({ placed, average }: AblationTask, token: number): PlacedPrompt {
  const { embeddings } = placed.parts
  const count = embeddings?.shape[0] ?? 0
  if (!embeddings || token >= count) return { ...placed, maskedToken: token - count }
  const data = embeddings.data.slice()
  data.set(average, token * average.length)
  return { ...placed, parts: { ...placed.parts, embeddings: { shape: embeddings.shape, data } } }
}

/** Probability that at least one of the intervals misses its true value. */
const familywiseError = 0.05

/** Upper quantile of the standard normal for a tail probability below 0.5: Abramowitz and Stegun 26.2.23, within 0.0005. */
function upperQuantile(tail: number): number {
  const t = Math.sqrt(-2 * Math.log(tail))
  return t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
}

/**
 * Compares two scorings of the same rows, the second without one token. `compared`: how many tokens are ablated in all,
 * for the Bonferroni correction of the margin.
 */
export function compare(whole: readonly RowScore[], without: readonly RowScore[], compared: number): Ablation {
  const differences = without.map(({ loss }, row) => loss - (whole[row]?.loss ?? NaN))
  const difference = mean(differences)
  const squares = differences.reduce((sum, each) => sum + (each - difference) ** 2, 0)
  const rows = differences.length
  const quantile = upperQuantile(familywiseError / 2 / compared)
  const margin = rows < 2 ? Infinity : quantile * Math.sqrt(squares / (rows - 1) / rows)
  const changed = whole.filter(({ answer }, row) => answer !== without[row]?.answer).length
  return { difference, margin, changed }
}
