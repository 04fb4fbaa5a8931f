// What a table asks of the settings beyond the usual ones. A table like those of the benches asks for nothing.
import type { Split, TuneSettings } from '../../contract/settings.ts'

/** Of the rows to learn from. */
export interface DataShape {
  readonly rows: number
  /** Rows that the run stops by. */
  readonly validation: number
  readonly labels: number
  /** Tokens of a text: of the middle one, of the longest but 5 %, of the longest. */
  readonly tokens: { readonly p50: number; readonly p95: number; readonly max: number }
  /** Width of the base model. */
  readonly hidden: number
}

type Usual = Pick<TuneSettings, 'tokens' | 'learningRate' | 'steps' | 'batch' | 'maxTokens' | 'validateEvery'>

const scarceRows = 64
const maxEpochs = 40
const minSteps = 50
const examplesPerLabel = 100
const maxSteps = 600
const minValidations = 6
const longText = 256
const tokenMargin = 64
const maxTokensLimit = 1024
/** The narrowest model that the benches measured has 576. */
const narrowHidden = 512

/**
 * The rule, clause by clause; what no clause names stays as the benches measured it (TREC: 900 rows, 6 labels, 18 tokens
 * a text, width 576).
 * - tokens: 8 below 64 rows, since fewer numbers are learned by heart less; else 32 for more labels than virtual tokens or
 *   for a model narrower than any that was measured: both have more to say than usual.
 * - batch: 8 below 64 rows, so that a pass over them has several steps; 8 where 5 % of the texts pass 256 tokens, since a
 *   step's time follows its tokens.
 * - rate: by the square root of the batch's share, since smaller batches have noisier gradients.
 * - steps: at most 40 passes over the rows (but 50 steps), since more of them learn the rows by heart; each label seen a
 *   hundred times, but 600 steps at most. With few rows the first counts.
 * - validateEvery: no more rows in a check than in the steps between two, so that checks take a quarter of a run at most;
 *   but six checks.
 * - maxTokens: room for all but 5 % of the texts, up to 1,024, where 512 would cut them.
 */
export function defaultsFor(data: DataShape, usual: Usual): Usual {
  const { rows, validation, labels, tokens: text, hidden } = data
  const scarce = rows < scarceRows
  const tokens = scarce
    ? Math.min(8, usual.tokens)
    : labels > usual.tokens || hidden < narrowHidden
      ? Math.max(32, usual.tokens)
      : usual.tokens
  const batch = scarce || text.p95 > longText ? Math.min(8, usual.batch) : usual.batch
  const learningRate = Number((usual.learningRate * Math.sqrt(batch / usual.batch)).toPrecision(2))
  const needed = Math.min(maxSteps, tens((examplesPerLabel * labels) / batch))
  const allowed = Math.max(minSteps, tens((maxEpochs * rows) / batch))
  const steps = Math.min(Math.max(usual.steps, needed), allowed)
  const wanted = Math.ceil((text.p95 + tokens + tokenMargin) / 128) * 128
  const maxTokens = Math.max(usual.maxTokens, Math.min(maxTokensLimit, wanted))
  const seldom = Math.min(tens(validation / batch), tens(steps / minValidations))
  const validateEvery = Math.max(usual.validateEvery, seldom)
  return { tokens, learningRate, steps, batch, maxTokens, validateEvery }
}

const tens = (steps: number): number => Math.ceil(steps / 10) * 10

/** As in the check for texts that are too long: English prose has four to five characters a token. */
const charactersPerToken = 4

/** The shape of a run's rows; tokens are estimated from characters. */
export function shapeOf(
  { train, validation }: Pick<Split, 'train' | 'validation'>,
  labels: number,
  hidden: number,
): DataShape {
  const lengths = Float64Array.from(train, ({ text }) => Math.ceil(text.length / charactersPerToken)).sort()
  const at = (share: number): number => lengths[Math.min(lengths.length - 1, Math.floor(share * lengths.length))] ?? 0
  const tokens = { p50: at(0.5), p95: at(0.95), max: at(1) }
  return { rows: train.length, validation: validation.length, labels, tokens, hidden }
}
