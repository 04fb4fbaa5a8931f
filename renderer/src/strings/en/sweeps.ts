// Words of sweeps: several runs that differ in some settings, in the base model or in their seed.
export const sweeps = {
  title: 'Try several settings',
  lead: 'The studio tries every combination on the same rows and says which setting mattered, or that nobody can tell.',
  card: 'Sweeps',
  back: 'Tune',
  none: 'No sweep yet: one run is one choice among many.',
  progress: (done: string, steps: string) => `${done} of ${steps} steps`,
  states: { running: 'Under way', paused: 'Paused', finished: 'Finished' },

  values: 'Values to try',
  valuesHelp: 'Choose several of what you want compared. With one value or none, a setting stays as it usually is.',
  models: 'Base model',
  initTextHelp: 'Words that the virtual tokens begin as. Write one beginning a line to have them compared.',
  seeds: 'Runs of each combination',
  seedsHelp: 'Each with other dice. Two or three runs tell how much is luck.',
  halving: 'Stop the worse half early',
  halvingHelp:
    'All begin; the better half goes on at a quarter and at half of the steps. It saves about half of the time.',
  planned: (configurations: number, runs: number, steps: string) =>
    `${configurations === 1 ? '1 combination' : `${String(configurations)} combinations`} in ${runs === 1 ? '1 run' : `${String(runs)} runs`}, about ${steps} steps in all.`,
  start: 'Start the sweep',
  starting: 'Starting',

  names: {
    model: 'Base model',
    method: 'Method',
    placement: 'Placement',
    tokens: 'Virtual tokens',
    init: 'Start',
    initText: 'Start text',
    learningRate: 'Learning rate',
  },
  fates: { 'goes on': 'Goes on', finished: 'Finished', 'left behind': 'Left behind', failed: 'Failed' },
  pause: 'Pause',
  resume: 'Resume',
  discard: 'Discard',
  discardTitle: (name: string) => `Discard ${name}?`,
  discardText: 'The sweep goes with all its runs and what they have learned. This cannot be undone.',
  mattered: 'What mattered',
  matteredOn: {
    'held-out': (rows: string) => `Measured on ${rows} held-out rows, in pairs of runs that differ in nothing else.`,
    validation: (rows: string) =>
      `Measured on ${rows} validation rows early in the runs, in pairs that differ in nothing else.`,
  },
  yes: 'It mattered',
  unsure: 'Cannot tell',
  combinations: 'Combinations',
  combinationsHelp:
    'Best first. Where intervals overlap, places are shared: the studio does not order what it cannot tell apart.',
  columns: { fate: 'Came to', early: 'Validation, early', test: 'Held-out rows', rank: 'Place', runs: 'Runs' },
  place: (first: number, last: number) => (first === last ? String(first) : `${String(first)} to ${String(last)}`),
  band: (mean: string, low: string, high: string) => `${mean} (${low} to ${high})`,
} as const
