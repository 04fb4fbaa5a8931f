// Texts of the Tune page.
import type { Effort } from '../../../../main/contract/efforts.ts'
import type { Phase } from '../../../../main/contract/outlook.ts'
import type { Proposal } from '../../../../main/contract/proposals.ts'

const ordinals = new Intl.PluralRules('en', { type: 'ordinal' })
const endings: Partial<Record<Intl.LDMLPluralRule, string>> = { one: 'st', two: 'nd', few: 'rd' }
const ordinal = (number: number): string => `${String(number)}${endings[ordinals.select(number)] ?? 'th'}`

export const tune = {
  title: 'Tune',
  lead: 'A run reads your examples again and again and adjusts a few numbers of its own: virtual tokens that the model reads before it answers, or a small adapter on the last tokens. The model itself does not change.',
  newTitle: 'New run',
  repeats: (run: string) => `Like “${run}”, with one change`,
  repeatsHelp: 'The rows and all other settings (under Advanced) are the same, so the two runs can be compared fairly.',
  newRun: 'New run',
  back: 'All runs',
  noRuns: 'No run yet',
  noRunsText:
    'Choose examples and a model. The studio does the rest, and shows on a test set (rows that it has not learned from) whether tuning helped.',
  queue: 'Running and queued',
  queueEmpty: 'Nothing is running.',
  ended: 'Earlier runs',
  up: (name: string) => `Move ${name} up`,
  down: (name: string) => `Move ${name} down`,
  waits: (place: number) => (place === 0 ? 'next' : `${ordinal(place + 1)} in queue`),
  waitsFor: (run: string) => `waits for “${run}”`,
  step: (step: string, steps: string) => `step ${step} of ${steps}`,

  data: 'Examples',
  dataHelp: (rows: string) => `${rows} rows in use.`,
  noData: 'There are no examples yet.',
  importData: 'Import examples',
  model: 'Base model',
  modelHelp: 'The frozen model that reads your virtual tokens.',
  noModel: 'There is no model yet.',
  getModel: 'Get a model',
  task: 'What is the task?',
  taskGuessed: 'What is the task? The studio guessed from the answers; change it if it is wrong.',
  labels: (labels: number) => `${labels} labels.`,
  name: 'Name of the run',
  nameHelp: 'By what is tuned on, and the day. Change it to what you like.',
  repeat: 'Repeat to check for luck',
  repeatHelp:
    'How many runs. Each has a different random seed (the number that decides everything random); their mean and spread show how much is luck, and together they can answer better than one.',
  from: 'Start from',
  fromHelp:
    'An earlier prompt of this model, whose learning the run goes on from. Only prompts of the same method and shape (as many virtual tokens, the same rank) are listed.',
  fromNone: 'Nothing: start afresh',
  fromOption: (name: string, data: string | undefined) =>
    data === undefined ? `${name}, opened from a file` : `${name}, tuned on ${data}`,
  fromMisfit: (name: string) =>
    `“${name}” does not fit these settings: it has another model, method or shape. Change them back, or choose another.`,
  startedFrom: (name: string) => `Started from “${name}”.`,
  effort: 'How thorough',
  proposal: 'What is tuned',
  proposals: {
    'soft prompt': {
      name: 'A soft prompt',
      text: 'Virtual tokens: smallest, and runs in most places.',
    },
    'most accurate': {
      name: 'Most accurate',
      text: 'A small adapter on the last tokens: right as often or more often, most of all where rows are few.',
    },
  } satisfies Record<Proposal, { name: string; text: string }>,
  efforts: {
    quick: {
      name: 'Quick',
      text: 'For a first impression: in our tests often 5 to 10 points below Balanced (40 % of the steps).',
    },
    balanced: { name: 'Balanced', text: 'As good as it gets for most tasks, as measured.' },
    thorough: {
      name: 'Thorough',
      text: 'For hard tasks: sometimes a few points above Balanced (2.5 times the steps; ends early when nothing improves).',
    },
  } satisfies Record<Effort, { name: string; text: string }>,
  effortTime: (name: string, time: string) => `${name} · ${time}`,
  effortAtMost: (name: string, time: string) => `${name} · at most ${time}`,
  handWritten: 'Your best hand-written prompt (optional)',
  handWrittenHelp:
    'The instruction that you would give the model today. The result shows whether tuning beats it, and what the studio would write itself.',
  leftOut: (rows: number) =>
    `${rows === 1 ? '1 row is' : `${rows.toLocaleString('en')} rows are`} left out: almost identical rows are in two of these sets.`,
  unused: (rows: number) =>
    `${rows === 1 ? '1 more row stays' : `${rows.toLocaleString('en')} more rows stay`} unused: these sets are as large as a run needs.`,
  rows: (train: string, validation: string, test: string) =>
    `${train} rows to learn from (training set), ${validation} to check on while learning (validation set), ${test} kept for the final test (test set).`,
  start: 'Start',
  starting: 'Starting …',
  advanced: 'Advanced',
  changed: (count: number) => (count === 0 ? 'all defaults' : `${String(count)} changed from default`),
  toDefault: 'Back to default',
  defaultIs: (value: string) => `default: ${value}`,

  preflight: 'Before you start',
  preflightText:
    'Runs a few real steps, the longest rows first, to predict how long the whole run takes and whether it fits in memory.',
  preflightStart: 'Estimate time and memory',
  preflightKnown: (time: string) => `${time}, from earlier runs and estimates on this computer.`,
  preflightWaits: (run: string) => `The estimate waits for “${run}”. You can start this run now: it is queued.`,
  needs: (memory: string, disk: string) =>
    `This run trains every weight of the model. It needs about ${memory} of memory, and ${disk} of disk space for its checkpoints and the model that results.`,
  preflightTime: 'Whole run',
  preflightMemory: 'Memory',
  preflightOf: (used: string, available: string) => `${used} of ${available} free`,
  fits: 'Fits',
  fitsNot: 'Does not fit',
  trials: 'The base model in each precision that was measured',
  trialOn: (precision: string, hardware: string) => `${precision}, on ${hardware}`,
  agreement: 'Gradient agreement',
  chosen: 'chosen',
  trialsHelp:
    'Gradient agreement compares the direction of learning with that at full precision: 1 is the same. Start uses the chosen precision: the fastest that fits in memory and agrees.',
  preflightSteps: (steps: number, min: string, max: string) =>
    `Measured ${steps} steps of ${min} to ${max} ms; the slowest also had to load the model.`,

  loading: 'Preparing',
  left: (time: string) => `${time} left`,
  leftAtMost: (time: string) => `${time} left at most`,
  estimating: 'estimating the time …',
  phases: { prepare: 'Prepare', learn: 'Learn', judge: 'Judge' } satisfies Record<Phase, string>,
  phasesNow: { prepare: 'Preparing', learn: 'Learning', judge: 'Judging on the test rows' } satisfies Record<
    Phase,
    string
  >,
  howItLearned: 'How it learned',
  details: 'Details',
  learned: 'What it has learned',
  learnedHelp: 'On the check rows (validation set), from which it does not learn. The verdict comes from other rows.',
  rightNow: 'Now',
  rightKept: (step: string) => `At step ${step} (kept)`,
  rightOf: (right: string, rows: string) => `${right} of ${rows}`,
  checkRows: (generated: boolean) => (generated ? 'check rows right, word for word' : 'check rows right'),
  atStart: (right: string) => `${right} at the start`,
  keptSoFar: 'Kept so far',
  keptStep: (step: string) => `at step ${step}, where the loss is lowest`,
  modelAlone: 'Model alone',
  accuracy: 'Check rows right',
  accuracyTuned: 'with the prompt',
  before: 'at the start',
  now: 'now',
  rightWouldBe: (label: string) => `right: ${label}`,
  judged: (tuned: string, rival: string, other: string, rows: string) =>
    `Tuned prompt ${tuned}, ${rival.toLowerCase()} ${other}, on ${rows} test rows.`,
  underWay: 'Under way',
  atStep: (step: string) => `step ${step}`,
  pause: 'Pause',
  keep: 'Stop and keep',
  keepHelp: 'Stops learning now; the best prompt so far is evaluated and kept.',
  discard: 'Stop and discard',
  discardTitle: (name: string) => `Discard ${name}?`,
  discardText: 'This deletes the run with everything that it has learned and measured. It cannot be undone.',
  verdict: 'See the verdict',
  notify: 'Notify me when it is done',
  notified: 'You will be notified when it is done.',
  done: (name: string) => `${name} is done`,
  loss: 'Loss',
  lossHelp:
    'How surprised the model is by the right answers: lower is better. The dots are the validation set: rows that it does not learn from.',
  lossTraining: 'training',
  lossValidation: 'validation',
  smoothing: 'Smoothing',
  logAxis: 'Logarithmic axis',
  zoomHelp: 'Drag to zoom, double-click to see everything.',
  asTable: 'Show as a table',
  tableStep: 'Step',
  rate: 'Learning rate',
  speed: 'Examples per second',
  gradient: 'Gradient of each virtual token',
  gradientHelp:
    'How strongly each token is pushed at each step (its gradient): darker is stronger. Rows that stay white have stopped learning.',
  gradientToken: 'virtual token',
  gradientStep: 'step',
  gradientLow: 'weak',
  gradientHigh: 'strong',
  watched: 'Validation examples',
  watchedHelp: 'Rows that it does not learn from, with the answers that it gives now.',
  hardest: 'Hardest now',
  sample: 'Fixed sample',
  probability: 'Probability of the right answer',
  text: 'Text',
  rightAnswer: 'Right answer',
  answer: 'Answer given',
  messages: 'Messages',
  nothingYet: 'The first figures appear before the first step.',
} as const
