// Errors and warnings of tuning and scoring.
import { size } from './size.ts'

/** What takes the tokens of a row besides its text. */
interface TokensTaken {
  readonly template: number
  readonly virtual: number
  /** The longest answer, or all nodes of the labels' trie side by side. */
  readonly answers: number
  readonly answersAre: 'labels' | 'generated'
  /** Tokens that the settings allow a row. */
  readonly maxTokens: number
  /** Tokens that the base model can read. */
  readonly context: number
}

const answersOf = { labels: 'the labels', generated: 'the longest answer' } as const

const limitOf = ({ maxTokens, context }: TokensTaken): string =>
  maxTokens <= context ? `${maxTokens} tokens` : `the ${context} tokens that the model can read`

/** Names the largest share, and the limit where it can be raised. */
function adviceOf({ template, virtual, answers, answersAre, maxTokens, context }: TokensTaken): string {
  const shorter =
    answers >= Math.max(template, virtual)
      ? { labels: 'Choose shorter or fewer labels', generated: 'Leave out the rows with the longest answers' }[
          answersAre
        ]
      : template >= virtual
        ? 'Choose a shorter template'
        : 'Choose fewer virtual tokens'
  return maxTokens < context
    ? `${shorter}, or raise the limit of tokens under Advanced: the model can read ${context}.`
    : `${shorter}, or a model that reads longer texts.`
}

export const tuningErrors = {
  'tuning/same-tokens': (one: string, other: string) =>
    `The model reads the labels "${one}" and "${other}" as the same tokens. Rename one of them in the data.`,
  'tuning/no-room': (taken: TokensTaken) =>
    `The template (${taken.template} tokens), the virtual tokens (${taken.virtual}) and ${answersOf[taken.answersAre]} (${taken.answers}) leave no space for the text within ${limitOf(taken)}. ${adviceOf(taken)}`,
  'tuning/rows-cut': (
    rows: number,
    all: number,
    { tokens, isContext }: { readonly tokens: number; readonly isContext: boolean },
  ) => {
    const way = isContext
      ? 'This model reads no more at once: shorten the texts, or choose another model, if the end matters.'
      : 'Raise the limit under Advanced if the end matters.'
    return all === 1
      ? `The text is longer than ${tokens} tokens with its answer and virtual tokens: its end is cut off.${isContext ? ` ${way}` : ''}`
      : `${rows} of ${all} rows are longer than ${tokens} tokens with their answers and virtual tokens: the end of their texts is cut off. ${way}`
  },
  'tuning/context-full': (context: number) =>
    `The answer ends here: this model reads at most ${context} tokens at once, the text and its answer together.`,
  'tuning/cache-full': () =>
    'Neither memory nor disk has room for what the model computed of all texts: those that found none are read again each time, which is slower. More free disk space helps.',
  'tuning/placement': (method: string, placement: string, possible: string) =>
    `Virtual tokens of ${method} cannot stand at "${placement}". Choose one of: ${possible}.`,
  'tuning/no-method': (method: string, known: string) => `There is no method "${method}". Choose one of: ${known}.`,
  'tuning/start-model': (prompt: string, model: string) =>
    `A run on "${model}" cannot start from "${prompt}", which was tuned on another base model.`,
  'tuning/start-method': (prompt: string, own: string, other: string) =>
    `A run of ${other} cannot start from "${prompt}", which is a prompt of ${own}. Choose its method, or another prompt.`,
  'tuning/start-shape': (prompt: string, differing: readonly string[]) =>
    `A run with these settings cannot start from "${prompt}", whose numbers have other shapes${differing.length === 0 ? '' : ` (${differing.join(', ')})`}. Take its settings, or another prompt.`,
  'tuning/start-seen': (prompt: string, rows: number) =>
    `"${prompt}" has learned from ${rows} of the rows that would judge this run, so its result would flatter. Start afresh, or from a prompt that was tuned on other rows.`,
  'tuning/folds-model': () =>
    'Cross-validation tunes a prompt for each fold, and this method makes a whole model each time. Choose 0 folds, or another method.',
  'tuning/precision': (model: string) =>
    `This method changes the weights of ${model} themselves, so it needs them in full: choose 32 bits as the precision.`,
  'tuning/model-memory': (needed: number, available: number) =>
    `Training every weight of this model needs about ${size(needed)} of memory, and this computer has ${size(available)} for it. Choose low memory use or the optimiser that needs least under Advanced, a smaller base model, or a method that leaves the model as it is.`,
  'tuning/model-disk': (needed: number, free: number) =>
    `Training every weight of this model needs ${size(needed)} of disk space for its checkpoints and its result, and only ${size(free)} are free. Free some space, or choose a smaller base model.`,
  'tuning/not-finite': (step: number) =>
    `The loss stopped being a number at step ${step}: training ends here. A lower learning rate usually helps.`,
  'tuning/diverged': (step: number, best: number) =>
    `Training diverged after step ${step}: the loss exploded or stopped being a number. ${
      best > 0
        ? `What was learned up to step ${best}, the best before that, was kept and evaluated.`
        : 'Nothing before that was better than the start, so none of it was kept.'
    } Start again with a lower learning rate.`,
  'tuning/vanishing': (norm: string) =>
    `The gradient has almost vanished (${norm}): the prompt hardly changes. A higher learning rate or another initialisation may help.`,
  'tuning/exploding': (norm: string, usual: string) =>
    `The gradient jumped to ${norm} where ${usual} was usual. A lower learning rate or gradient clipping may help.`,
  'tuning/not-measured': (why: string) =>
    `What it takes to use this prompt could not be measured: ${why}. The prompt itself is not affected.`,
  'tuning/other-model': () =>
    'This prompt was tuned on another base model. A prompt only works with the exact model it was tuned on.',
} satisfies Record<string, (...details: never[]) => string>
