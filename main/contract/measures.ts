// What it took to tune a prompt, and what using it takes: measured by the compute process that tuned it.

/** Mean loss of a token of the neutral text (resources/neutral), in nats. */
export interface NeutralLoss {
  /** Of the base model alone. */
  readonly alone: number
  /** With the prompt's parts, which act on the text. */
  readonly tuned: number
}

/** As compute measures it; the steps' own times are known from the steps. */
export interface MeasuredPrompt {
  /** Trained numbers. */
  readonly parameters: number
  /** Bytes of its prompt file, but for the figures and known answers in it: about a kilobyte; of a model's weights, where it is one. */
  readonly fileBytes: number
  /** KV precompute of the training rows as if no earlier run had stored any of them; 0 where the run has none. */
  readonly precomputeSeconds: number
  /** The most memory that the process held while it tuned and evaluated; undefined where another process took the steps. */
  readonly peakBytes: number | undefined
  /** One answer at a time, as a person waits for it: the median of some test rows. Undefined without any row. */
  readonly answerMilliseconds: number | undefined
  /** To read the prompt file and fold its tensors into parts, while the base model stays loaded; to open a model, where it is one. */
  readonly switchMilliseconds: number
  /** Undefined where the base model reads texts by itself: there the loss is the same by construction. */
  readonly neutral: NeutralLoss | undefined
}

export interface RunMeasures extends Omit<MeasuredPrompt, 'precomputeSeconds'> {
  /** Of all steps and the KV precompute of their rows; validations and evaluations apart. */
  readonly seconds: number
}

/** Nats of a token of the neutral text that the prompt costs; exactly 0 where the base model reads texts by itself. */
export const abilityLost = ({ neutral }: Pick<RunMeasures, 'neutral'>): number =>
  neutral === undefined ? 0 : neutral.tuned - neutral.alone
