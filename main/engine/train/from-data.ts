// Default settings that depend on the data: how they deviate from the benches' settings for a data set of another shape.
import type { Split, TuneSettings } from '../../contract/settings.ts'
import { charactersPerToken } from '../tokens/characters.ts'

/** The shape of a data set: of its training rows, where a field does not say otherwise. */
export interface DataShape {
  readonly rows: number
  /** Rows of the validation set. */
  readonly validation: number
  readonly labels: number
  /** Tokens of a text: the median, the 95th percentile, the maximum. */
  readonly tokens: { readonly p50: number; readonly p95: number; readonly max: number }
  /** Width of the base model. */
  readonly hidden: number
}

type Usual = Pick<TuneSettings, 'tokens' | 'learningRate' | 'steps' | 'batch' | 'maxTokens' | 'validateEvery'>

/** Below this many training rows the usual batch would give an epoch less than four steps. */
const fewRows = 64
/** Virtual tokens for few rows: fewer parameters memorise less. */
const fewTokens = 8
/** Virtual tokens for many labels or a narrow model: both need more parameters than usual. */
const manyTokens = 32
/** A model narrower than this is narrow: the narrowest that the benches measured has 576. */
const narrowHidden = 512
/** Rows of a step where rows are few, so that an epoch has several steps, or long, since a step's time follows its tokens. */
const smallBatch = 8
/** Tokens of a text that is long: a step's time follows its tokens, so fewer of these rows make a step. */
const longText = 256
/** More epochs than these memorise the training rows. */
const maxEpochs = 40
/** Minimum of steps, even beyond `maxEpochs`: with fewer the loss has hardly begun to fall. */
const minSteps = 50
/** Examples of each label that a run trains on, counted over all epochs, where the usual steps have fewer. */
const examplesPerLabel = 100
/** Limit of the steps that many labels add, so that their number alone makes no run long. */
const maxSteps = 600
/** Validations that a run has at least, so that its best prompt is not missed. */
const minValidations = 6
/** Tokens for the template and the answer, besides text and virtual tokens. */
const templateTokens = 64
/** maxTokens is a multiple of this, for round numbers. */
const maxTokensStep = 128
/** Longer rows only on request: a step's time and memory are proportional to its tokens. */
const maxTokensLimit = 1024

/**
 * The rule for each setting; other cases keep the values that the benches measured (TREC: 900 rows, 6 labels, 18 tokens
 * a text, width 576).
 * - tokens: `fewTokens` for few rows; else `manyTokens` for more labels than virtual tokens, or for a narrow model.
 * - batch: `smallBatch` for few rows, or where 5 % of the texts are long.
 * - learningRate: by the square root of the batch's share, since smaller batches have noisier gradients.
 * - steps: enough for `examplesPerLabel`, `maxSteps` at most; but no more than `maxEpochs` epochs, which for few rows
 *   counts before the labels; `minSteps` always.
 * - maxTokens: the 95th percentile of the texts, the virtual tokens and the template, where the usual limit would cut them.
 * - validateEvery: validate on no more rows than the steps between two validations train on, so that validations take a
 *   quarter of a run at most; but `minValidations`.
 */
export function defaultsFor(data: DataShape, usual: Usual): Usual {
  const { rows, validation, labels, tokens: text, hidden } = data
  const hasFew = rows < fewRows
  const needsMany = labels > usual.tokens || hidden < narrowHidden
  const tokens = hasFew
    ? Math.min(fewTokens, usual.tokens)
    : needsMany
      ? Math.max(manyTokens, usual.tokens)
      : usual.tokens
  const batch = hasFew || text.p95 > longText ? Math.min(smallBatch, usual.batch) : usual.batch
  const learningRate = Number((usual.learningRate * Math.sqrt(batch / usual.batch)).toPrecision(2))
  const needed = Math.min(maxSteps, tens((examplesPerLabel * labels) / batch))
  const allowed = Math.max(minSteps, tens((maxEpochs * rows) / batch))
  const steps = Math.min(Math.max(usual.steps, needed), allowed)
  const rowTokens = Math.ceil((text.p95 + tokens + templateTokens) / maxTokensStep) * maxTokensStep
  const maxTokens = Math.max(usual.maxTokens, Math.min(maxTokensLimit, rowTokens))
  const interval = Math.min(tens(validation / batch), tens(steps / minValidations))
  const validateEvery = Math.max(usual.validateEvery, interval)
  return { tokens, learningRate, steps, batch, maxTokens, validateEvery }
}

/** Rounds up to the next ten, for round numbers of steps. */
const tens = (steps: number): number => Math.ceil(steps / 10) * 10

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
