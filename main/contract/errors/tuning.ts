// Errors and warnings of tuning and scoring.
export const tuningErrors = {
  'tuning/same-tokens': (one: string, other: string) =>
    `The model reads the labels "${one}" and "${other}" as the same tokens. Rename one of them in the data.`,
  'tuning/no-room': (tokens: number) =>
    `The template and the virtual tokens leave no space for the text within ${tokens} tokens. Choose fewer virtual tokens or a shorter template.`,
  'tuning/rows-cut': (rows: number, all: number, tokens: number) =>
    all === 1
      ? `The text is longer than ${tokens} tokens with its answer and virtual tokens: its end is cut off.`
      : `${rows} of ${all} rows are longer than ${tokens} tokens with their answers and virtual tokens: the end of their texts is cut off. Raise the limit under Advanced if the end matters.`,
  'tuning/context-full': (context: number) =>
    `The answer ends here: this model reads at most ${context} tokens at once, the text and its answer together.`,
  'tuning/cache-full': () =>
    'Neither memory nor disk has room for what the model computed of all texts: those that found none are read again each time, which is slower. More free disk space helps.',
  'tuning/placement': (method: string, placement: string, possible: string) =>
    `Virtual tokens of ${method} cannot stand at "${placement}". Choose one of: ${possible}.`,
  'tuning/no-method': (method: string, known: string) => `There is no method "${method}". Choose one of: ${known}.`,
  'tuning/not-finite': (step: number) =>
    `The loss stopped being a number at step ${step}. The last good prompt was kept; a lower learning rate usually helps.`,
  'tuning/vanishing': (norm: string) =>
    `The gradient has almost vanished (${norm}): the prompt hardly changes. A higher learning rate or another initialisation may help.`,
  'tuning/exploding': (norm: string, usual: string) =>
    `The gradient jumped to ${norm} where ${usual} was usual. A lower learning rate or gradient clipping may help.`,
  'tuning/other-model': () =>
    'This prompt was tuned on another base model. A prompt only works with the exact model it was tuned on.',
} satisfies Record<string, (...details: never[]) => string>
