// Ablation: how the answers to some rows change where one virtual token is taken away.
import type { Ablation } from '../../contract/inspection.ts'
import { best } from '../evaluate/best.ts'
import { type PlacedPrompt, scoreRows } from '../evaluate/label-scores.ts'
import type { InferenceRunner } from '../evaluate/inference-runner.ts'
import type { LabelTrie } from '../evaluate/trie.ts'
import type { Segments } from '../method/layout.ts'
import { mean } from '../statistics.ts'
import { countOf, virtualTokensOf } from '../method/virtual.ts'

export interface AblationTask {
  readonly runner: InferenceRunner
  readonly trie: LabelTrie
  readonly rows: readonly Segments[]
  /** Index of each row's right label among the labels. */
  readonly right: readonly number[]
  readonly placed: PlacedPrompt
  /** The mean embedding [H] of the vocabulary: it takes the place of a virtual embedding. */
  readonly average: Float32Array
}

/**
 * An ablated token leaves every other token at its position. A past key and value is masked in every layer. A virtual
 * embedding is replaced by the vocabulary's mean embedding: masking could not ablate the last one after a text, whose own
 * hidden state predicts the answer. The loss is -log p of the right label among the labels, in nats.
 */
export async function ablate(
  task: AblationTask,
  onProgress: (done: number, total: number) => void,
): Promise<{ readonly loss: number; readonly tokens: readonly Ablation[] }> {
  const { runner, trie, rows, placed } = task
  const count = countOf(virtualTokensOf(placed.parts))
  const total = rows.length * (count + 1)
  let scored = 0
  const score = async (prompt: PlacedPrompt): Promise<number[][]> => {
    const scores = await scoreRows(runner, trie, rows, prompt, (done) => {
      onProgress(scored + done, total)
    })
    scored += rows.length
    return scores
  }
  onProgress(0, total)
  const whole = await score(placed)
  const tokens: Ablation[] = []
  for (let token = 0; token < count; token++)
    tokens.push(compare(whole, await score(withoutToken(task, token)), task.right, count))
  return { loss: mean(lossesOf(whole, task.right)), tokens }
}

function withoutToken({ placed, average }: AblationTask, token: number): PlacedPrompt {
  const { embeddings } = placed.parts
  const count = embeddings?.shape[0] ?? 0
  if (!embeddings || token >= count) return { ...placed, maskedToken: token - count }
  const data = embeddings.data.slice()
  data.set(average, token * average.length)
  return { ...placed, parts: { ...placed.parts, embeddings: { shape: embeddings.shape, data } } }
}

type Scores = readonly (readonly number[])[]

const lossesOf = (scores: Scores, right: readonly number[]): number[] =>
  right.map((label, row) => -(scores[row]?.[label] ?? -Infinity))

/** Probability that at least one of the intervals misses its true value. */
const familywiseError = 0.05

/** Upper quantile of the standard normal for a tail probability below 0.5: Abramowitz and Stegun 26.2.23, within 0.0005. */
function upperQuantile(tail: number): number {
  const t = Math.sqrt(-2 * Math.log(tail))
  return t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
}

/**
 * Compares two scorings [rows][labels] of the same rows, the second without one token. `compared`: how many tokens are
 * ablated in all, for the Bonferroni correction of the margin.
 */
export function compare(whole: Scores, without: Scores, right: readonly number[], compared: number): Ablation {
  const losses = lossesOf(whole, right)
  const differences = lossesOf(without, right).map((loss, row) => loss - (losses[row] ?? NaN))
  const difference = mean(differences)
  const squares = differences.reduce((sum, each) => sum + (each - difference) ** 2, 0)
  const rows = differences.length
  const quantile = upperQuantile(familywiseError / 2 / compared)
  const margin = rows < 2 ? Infinity : quantile * Math.sqrt(squares / (rows - 1) / rows)
  const changed = whole.filter((scores, row) => best(scores) !== best(without[row] ?? [])).length
  return { difference, margin, changed }
}
