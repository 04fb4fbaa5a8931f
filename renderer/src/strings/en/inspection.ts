// Words of the lens: what a run's virtual tokens look like.
export const inspection = {
  title: 'What the virtual tokens look like (hints)',
  lead: 'Hints, not explanations: a virtual token need not mean the words that it is near to, and what works may lie in several of them together.',
  empty: {
    'prompt-tuning':
      'The studio can look at each virtual token: which words it is near to, how long it is, how strongly it was pushed, and what the answers would be without it.',
    'prefix-tuning':
      'The studio can look at each virtual token: how large its keys and values became, how strongly it was pushed, and what the answers would be without it.',
  },
  cost: 'It answers up to 64 validation rows once more for each token, which takes from a few seconds to a few minutes. Held-out rows are left alone.',
  look: 'Look at the tokens',
  begin: 'Getting ready',

  needed: (token: number, rise: string, low: string, high: string) =>
    `The answers need token ${token} most: without it the loss rises by ${rise} (${low} to ${high}).`,
  noneNeeded: (rows: string) =>
    `On ${rows} rows, no token alone makes a difference that could not be chance: they work together, or there are too few rows to tell.`,
  noWords:
    'There are no nearest words: only prompt tuning learns embeddings, which can be compared with words. A prefix is keys and values in every layer.',

  table: 'Each virtual token',
  token: 'Token',
  startedAs: 'Started as',
  chance: 'chance',
  nearest: 'Nearest words',
  norm: 'Length',
  longer: 'longer than words',
  shorter: 'shorter than words',
  keys: 'Keys',
  values: 'Values',
  moved: 'Moved',
  without: 'Loss without it',
  others: (count: number) => (count === 1 ? '1 other answer' : `${count} other answers`),
  difference: (difference: string, low: string, high: string) => `${difference}, between ${low} and ${high}`,
  cannotTell: 'may be chance',
  gradient: 'Gradient',
  pushed: (first: string, last: string) => `from ${first} at first to ${last} at last`,
  unknown: 'not known',

  howTo: 'How to read this',
  about: {
    nearest: (chance: string) =>
      `By cosine: 1 is the same direction. Even a row of random numbers comes as near as ${chance} to some word, so only what is well above that says anything; words in a dashed frame are no nearer than that.`,
    norm: (low: string, high: string, mean: string) =>
      `Nine words of ten are ${low} to ${high} long, ${mean} on average. Virtual tokens may leave that range; it is a hint that they say what no word says.`,
    startedAs: {
      'prompt-tuning':
        'The word whose numbers it had before the first step, and its cosine to it now: 1 where it hardly turned since.',
      'prefix-tuning': 'The word whose keys and values it had before the first step.',
    },
    states:
      'The size of its keys and values over all layers, 1 being that of the tokens that the prefix started from; moved tells how far they went from there.',
    without: {
      'prompt-tuning': (loss: string, rows: string) =>
        `How much the mean loss of the right label rises (${loss} with the whole prompt) when this token alone is taken away: the average of all words stands in its place, and everything else stays where it is. Measured on ${rows} validation rows; the lines are intervals that hold with 95 % for all tokens together.`,
      'prefix-tuning': (loss: string, rows: string) =>
        `How much the mean loss of the right label rises (${loss} with the whole prompt) when this token alone is taken away: nothing can see it in any layer, and everything else stays where it is. Measured on ${rows} validation rows; the lines are intervals that hold with 95 % for all tokens together.`,
    },
    gradient:
      'How strongly it was pushed, from the first step to the last; all tokens on one logarithmic scale of two powers of ten.',
  },
} as const
