// Texts of sweeps: several runs that differ in some settings, in the base model or in their random seed.
export const sweeps = {
  title: 'Try several settings',
  lead: 'A sweep: the studio tries every combination on the same rows and says which setting mattered, or that it cannot tell.',
  card: 'Sweeps',
  back: 'Tune',
  progress: (done: string, steps: string) => `${done} of ${steps} steps`,
  states: { running: 'Running', paused: 'Paused', finished: 'Finished' },

  values: 'Values to try',
  valuesHelp: 'Choose several values of whatever you want to compare. With one or none, a setting keeps its default.',
  models: 'Base model',
  initTextHelp: 'Words that the virtual tokens start from. Write one starting text per line to compare them.',
  seeds: 'Runs of each combination',
  seedsHelp:
    'Each with a different random seed (the number that decides everything random). Two or three runs show how much is luck.',
  halving: 'Stop the worse half early',
  halvingHelp:
    'All runs start; at a quarter and at half of the steps only the better half continues (successive halving). This saves about half of the time.',
  planned: (configurations: number, runs: number, steps: string) =>
    `${configurations === 1 ? '1 combination' : `${String(configurations)} combinations`} in ${runs === 1 ? '1 run' : `${String(runs)} runs`}, about ${steps} steps in all.`,
  start: 'Start the sweep',
  starting: 'Starting',

  fates: { 'goes on': 'Continues', finished: 'Finished', 'left behind': 'Stopped early', failed: 'Failed' },
  pause: 'Pause',
  discard: 'Discard',
  discardTitle: (name: string) => `Discard ${name}?`,
  discardText: 'This deletes the sweep, all its runs and what they have learned. It cannot be undone.',
  mattered: 'What mattered',
  matteredOn: {
    test: (rows: string) => `Measured on ${rows} test rows, in pairs of runs that differ in nothing else.`,
    validation: (rows: string) =>
      `Measured on ${rows} validation rows early in the runs, in pairs that differ in nothing else.`,
  },
  yes: 'It mattered',
  unsure: 'Cannot tell',
  togetherOf: 'Runs that answer together',
  allCombinations: 'All combinations',
  combinations: 'Combinations',
  combinationsHelp:
    'Best first. Where intervals overlap, ranks are shared: the studio does not order what it cannot tell apart.',
  columns: { fate: 'Outcome', early: 'Validation, early', testSet: 'Test set', rank: 'Rank', runs: 'Runs' },
  rank: (first: number, last: number) => (first === last ? String(first) : `${String(first)} to ${String(last)}`),
  band: (mean: string, low: string, high: string) => `${mean} (${low} to ${high})`,
} as const
