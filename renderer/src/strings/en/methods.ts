// Texts of comparisons of methods: a sweep over the method alone, and its table.
import type { MethodFamily } from '../../../../main/contract/setting-specs.ts'

export const methods = {
  title: 'Compare methods',
  lead: 'Tunes each method on the same rows with its own tested defaults, and shows how well it does and what it costs: size, time, memory, and what of the model’s general ability is lost.',
  back: 'Tune',
  open: 'Compare methods',

  which: 'Methods',
  whichHelp: 'Choose two or more.',
  families: {
    'soft prompt': {
      name: 'Soft prompts',
      text: 'Virtual tokens that the model reads with the text. The smallest, and they run in most places.',
    },
    'tail adapter': {
      name: 'Adapters on the tail',
      text: 'Small changes inside the model that act on the answer alone: texts are read once, so that steps are short.',
    },
    adapter: {
      name: 'Adapters on all tokens',
      text: 'They act on the text too, so that every step reads it again: slow, but other software knows them.',
    },
    'whole model': {
      name: 'The whole model',
      text: 'All weights are trained, and the result is a model of its own: large, and by far the slowest.',
    },
  } satisfies Record<MethodFamily, { name: string; text: string }>,
  seeds: 'Runs of each method',
  seedsHelp:
    'Each with a different random seed (the number that decides everything random). Two or three runs show how much is luck.',
  halving: 'Stop the worse half early',
  halvingHelp:
    'All methods start; at a quarter and at half of the steps only the better half continues (successive halving). Needs four methods or more.',
  name: 'Name of the comparison',
  planned: (methods: number, runs: number, steps: string) =>
    `${String(methods)} methods in ${runs === 1 ? '1 run' : `${String(runs)} runs`}, about ${steps} steps in all.`,
  tooFew: 'Choose at least two methods.',
  start: 'Start the comparison',
  starting: 'Starting',

  estimate: 'Estimate the time',
  estimating: 'Preparing',
  estimateHelp: 'Takes a few real steps of each method.',
  measuring: (method: string, stage: string) => `${method}: ${stage}`,
  aRun: (low: string, high: string) => (low === high ? `a run takes ${low}` : `a run takes ${low} to ${high}`),
  total: (low: string, high: string) => (low === high ? `All together: ${low}.` : `All together: ${low} to ${high}.`),

  table: 'The methods',
  tableHelp: (rows: string, metric: string) =>
    `On the same ${rows} test rows (${metric}). What the intervals do not tell apart shares its ranks.`,
  unmeasured: 'The first figures appear when the first run has finished.',
  method: 'Method',
  untuned: 'not tuned',
  seed: (seed: number) => `seed ${String(seed)}`,
  sortBy: (column: string) => `Sort by ${column}`,
  meaning: 'What the columns mean',
  taken: 'Take this one',
  try: 'Try it',
  tryRun: (run: string) => `Try it: ${run}`,
  share: 'Export',
  shareRun: (run: string) => `Export: ${run}`,
  csv: 'Save the table (CSV)',
  report: 'Save a report',
  saved: (name: string) => `${name} saved.`,
} as const
