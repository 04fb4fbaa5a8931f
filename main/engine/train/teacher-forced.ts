// Predicts each token of the right answers given the right tokens before it, in forward passes of bounded memory.
import { best } from '../evaluate/best.ts'
import type { InferenceRunner, LogitsQuery } from '../evaluate/inference-runner.ts'
import type { TrainingExample } from './example.ts'

/** The model's prediction for each token of a right answer, given the right tokens before it. */
export interface TeacherForced {
  /** log p of the whole answer with its end token. */
  readonly logProbability: number
  /** Whether every token is the likeliest one, so that greedy generation would give this answer. */
  readonly right: boolean
  /** The likeliest token at each position, without the position of the end token. */
  readonly likeliest: readonly number[]
}

/** Rows of one forward pass at most, and bytes of its logits over the whole vocabulary. */
const rowsAtOnce = 8
const maxLogitBytes = 128 * 2 ** 20

/** Some of a row's target positions: from slot `from` (inclusive) to `to`. */
interface Slots {
  readonly row: number
  readonly from: number
  readonly to: number
}

/**
 * The slots of each forward pass. A long answer takes several passes: 400 tokens of a vocabulary of 152,000 would be 243 MB
 * of logits, and eight such rows 2 GB.
 */
export function logitPasses(slots: readonly number[], maxSlots: number): Slots[][] {
  const pieces = slots.flatMap((count, row) =>
    Array.from({ length: Math.ceil(count / maxSlots) }, (_, i): Slots => {
      const from = i * maxSlots
      return { row, from, to: Math.min(count, from + maxSlots) }
    }),
  )
  const passes: Slots[][] = []
  let widest = 0
  for (const piece of pieces) {
    const pass = passes.at(-1)
    widest = Math.max(widest, piece.to - piece.from)
    if (pass && pass.length < rowsAtOnce && (pass.length + 1) * widest <= maxSlots) pass.push(piece)
    else {
      passes.push([piece])
      widest = piece.to - piece.from
    }
  }
  return passes
}

/** `prompt`: as a query of logits has it. `maxBytes`: of the logits that are in memory together. */
export async function teacherForced(
  runner: InferenceRunner,
  examples: readonly TrainingExample[],
  prompt: Pick<LogitsQuery, 'parts' | 'texts' | 'maskedToken'>,
  maxBytes = maxLogitBytes,
): Promise<TeacherForced[]> {
  const maxSlots = Math.max(1, Math.floor(maxBytes / (4 * runner.vocab)))
  const tokens = examples.map((): ForcedToken[] => [])
  for (const pass of logitPasses(
    examples.map(({ labels }) => labels.length),
    maxSlots,
  )) {
    const some = pass.map((slots) => ({ ...slots, example: examples[slots.row] as TrainingExample }))
    const { data, shape } = await runner.logits({
      sequences: some.map(({ example }) => example.sequence),
      ...prompt,
      targetPositions: some.map(({ example, from, to }) => example.targetPositions.slice(from, to)),
      candidates: undefined,
    })
    const [, slots = 0, width = 0] = shape
    some.forEach(({ row, example, from, to }, b) => {
      example.labels.slice(from, to).forEach((id, slot) => {
        const logits = data.subarray((b * slots + slot) * width, (b * slots + slot + 1) * width)
        const likeliest = best(logits)
        const loss = negativeLogProbability(logits, id, likeliest)
        tokens[row]?.push({ likeliest, right: likeliest === id, loss })
      })
    })
  }
  return tokens.map((some) => ({
    logProbability: some.reduce((sum, { loss }) => sum - loss, 0),
    right: some.every(({ right }) => right),
    likeliest: some.slice(0, -1).map(({ likeliest }) => likeliest),
  }))
}

interface ForcedToken {
  /** Id of the likeliest token. */
  readonly likeliest: number
  readonly right: boolean
  /** -log p of the right token. */
  readonly loss: number
}

function negativeLogProbability(logits: Float32Array, id: number, likeliest: number): number {
  const top = logits[likeliest] ?? 0
  let sum = 0
  for (const value of logits) sum += Math.exp(value - top)
  return top + Math.log(sum) - (logits[id] ?? -Infinity)
}
