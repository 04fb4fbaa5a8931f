// Texts of the prompt inspection: what a run's virtual tokens look like.
export const inspection = {
  title: 'What the virtual tokens look like (hints)',
  lead: 'Hints, not explanations: a virtual token need not mean the words that it is close to, and what works may be spread over several of them.',
  empty:
    'The studio can inspect each virtual token: what it is close to or how large it is, how strongly training pushed it, and how the answers change without it.',
  cost: 'For this, up to 64 validation rows are answered once more for each token, which takes a few seconds to a few minutes. The test set is not used.',
  inspect: 'Inspect the tokens',
  begin: 'Preparing',

  needed: (token: number, rise: string, low: string, high: string) =>
    `Token ${token} matters most: without it the loss rises by ${rise} (95 % interval: ${low} to ${high}).`,
  noneNeeded: (rows: string) =>
    `On ${rows} rows, no token alone makes a difference that could not be chance: they work together, or there are too few rows to tell.`,
  noNearest:
    'There are no nearest words: only prompt tuning learns embeddings, which can be compared with words. A prefix consists of keys and values in every layer.',

  ofModel:
    'There are no virtual tokens or adapters to look at: the weights of the model themselves have changed, all of them a little.',
  updated:
    'This prompt has no virtual tokens: it changes linear maps of the model. Root mean square of what was added to each, over all layers:',
  linear: 'Linear map',
  weights: 'Weights',
  factors: 'Factors',
  bias: 'Bias',

  table: 'Each virtual token',
  token: 'Token',
  startedAs: 'Started as',
  random: 'random',
  nearest: 'Nearest words',
  norm: 'Norm',
  longer: 'larger than words',
  shorter: 'smaller than words',
  keys: 'Keys',
  values: 'Values',
  change: 'Change',
  without: 'Loss without it',
  others: (count: number) => (count === 1 ? '1 other answer' : `${count} other answers`),
  difference: (difference: string, low: string, high: string) => `${difference} (95 % interval: ${low} to ${high})`,
  maybeChance: 'may be chance',
  gradient: 'Gradient',
  gradientCourse: (first: string, last: string) => `from ${first} at first to ${last} at last`,
  unknown: 'not known',

  howTo: 'How to read this',
  about: {
    nearest: (chance: string) =>
      `By cosine similarity: 1 is the same direction. Even random numbers come as close as ${chance} to some word, so only values well above that mean anything; words in a dashed frame are no closer.`,
    norm: (low: string, high: string, mean: string) =>
      `The size of its embedding. Nine words out of ten have a norm of ${low} to ${high}, ${mean} on average. Virtual tokens may leave that range; it is a hint that they say what no word says.`,
    startedAs: {
      embeddings:
        'The word whose embedding it had before the first step, and the cosine similarity to it now: 1 means that it has hardly changed direction.',
      past: 'The word whose keys and values it had before the first step.',
    },
    states:
      'The size of its keys and values over all layers, where 1 is that of the tokens that the prefix started from; “change” says how far they have moved from there.',
    without: {
      embeddings: (loss: string, rows: string) =>
        `How much the mean loss of the right label (${loss} with the whole prompt) rises when the average of all words takes the place of this token and everything else stays the same. Measured on ${rows} validation rows; the lines are 95 % intervals that hold for all tokens together.`,
      past: (loss: string, rows: string) =>
        `How much the mean loss of the right label (${loss} with the whole prompt) rises when this token is hidden in every layer and everything else stays the same. Measured on ${rows} validation rows; the lines are 95 % intervals that hold for all tokens together.`,
    },
    gradient:
      'How strongly training pushed it, from the first step to the last; all tokens share one logarithmic scale of two powers of ten.',
  },
} as const
