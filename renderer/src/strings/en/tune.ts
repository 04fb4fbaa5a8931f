// Words of the Tune page.
import type { Effort } from '../../../../main/contract/efforts.ts'

const ordinals = new Intl.PluralRules('en', { type: 'ordinal' })
const endings: Partial<Record<Intl.LDMLPluralRule, string>> = { one: 'st', two: 'nd', few: 'rd' }
const ordinal = (number: number): string => `${String(number)}${endings[ordinals.select(number)] ?? 'th'}`

export const tune = {
  title: 'Tune',
  lead: 'A run reads your examples again and again and adjusts its virtual tokens: numbers-only words that the model reads before it answers. The model itself does not change.',
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
  nameHelp: 'Leave it empty and the studio numbers it.',
  repeat: 'Repeat to check for luck',
  repeatHelp:
    'How many runs. Each has a different random seed (the number that decides everything random); their mean and spread show how much is luck.',
  effort: 'How thorough',
  efforts: {
    quick: { name: 'Quick', text: '40 % of the steps, for a first impression.' },
    balanced: { name: 'Balanced', text: 'Enough for most tasks, as measured.' },
    thorough: { name: 'Thorough', text: '2.5 times the steps; ends early when nothing improves.' },
  } satisfies Record<Effort, { name: string; text: string }>,
  handWritten: 'Your best hand-written prompt (optional)',
  handWrittenHelp:
    'The instruction that you would give the model today. The result shows whether tuning beats it, and what the studio would write itself.',
  leftOut: (rows: number) =>
    `${rows === 1 ? '1 row is' : `${rows.toLocaleString('en')} rows are`} left out: almost identical rows are in two of these sets.`,
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
  preflightTime: 'Whole run',
  preflightRange: (low: string, high: string) => (low === high ? low : `${low} to ${high}`),
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
  preflightSteps: (steps: number, least: string, most: string) =>
    `Measured ${steps} steps of ${least} to ${most} ms; the slowest also had to load the model.`,

  loading: 'Preparing',
  left: (time: string) => `about ${time} left`,
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
  validationBest: (step: string) => `lowest loss at step ${step}`,
  rate: 'Learning rate',
  speed: 'Examples per second',
  gradient: 'Gradient of each virtual token',
  gradientHelp:
    'How strongly each token is pushed at each step (its gradient): darker is stronger. Rows that stay white have stopped learning.',
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
  nothingYet: 'The first figures appear after the first step.',
} as const

/** Every setting of the Advanced part: its name, its help, and for a choice the words of its values. */
export const settingWords = {
  task: {
    name: 'Kind of task',
    help: 'Labels are chosen from those in the data; texts and short answers are written freely.',
    values: {
      classification: 'Labels to choose from',
      generation: 'Texts or fields to write',
      answering: 'Short answers to questions',
    },
  },
  handWritten: {
    name: 'Your hand-written prompt',
    help: 'What the tuned prompt has to beat, besides what the studio writes itself.',
  },
  duel: {
    name: 'Compare with hand-written prompts',
    help: 'Evaluates the best hand-written prompt on the test set, too.',
    values: { true: 'Yes', false: 'No' },
  },
  method: {
    name: 'Method',
    help: 'Prefix tuning: each virtual token has keys and values of its own in every layer (stronger). Prompt tuning: only the input of the first layer is learned (smaller).',
    values: { 'prefix-tuning': 'Prefix tuning', 'prompt-tuning': 'Prompt tuning' },
  },
  placement: {
    name: 'Placement of the virtual tokens',
    help: 'After the text is much faster: the studio reads each text only once and keeps it (KV cache). At the start is where PEFT, Hugging Face’s library, puts them.',
    values: { start: 'At the start', 'before-text': 'Before the text', 'after-text': 'After the text' },
  },
  tokens: {
    name: 'Virtual tokens',
    help: 'Numbers-only words that the model reads before it answers. More can express more, but need more examples. 8 to 32 suit most tasks.',
  },
  init: {
    name: 'Initialisation',
    help: 'What the virtual tokens start from. A text that describes the task is a good start; random numbers take longer to learn.',
    values: { text: 'A text', labels: 'The labels', vocab: 'Random words', random: 'Random numbers' },
  },
  initText: { name: 'Starting text', help: 'For initialisation from a text: say what the task is.' },
  loss: {
    name: 'Loss',
    help: 'How wrong an answer is. Among the labels: only your labels compete, which learns faster. Whole vocabulary: all words compete, as in PEFT.',
    values: { labels: 'Among the labels', vocabulary: 'Whole vocabulary' },
  },
  steps: { name: 'Steps', help: 'How often the virtual tokens are adjusted.' },
  batch: { name: 'Batch size', help: 'Examples per step. More make each step steadier and slower.' },
  learningRate: {
    name: 'Learning rate',
    help: 'How far each step moves the numbers. Too high jumps about, too low hardly moves.',
  },
  schedule: {
    name: 'Learning rate schedule',
    help: 'How the rate changes over the run. Cosine slows down gently towards the end.',
    values: { constant: 'Constant', linear: 'Linear', cosine: 'Cosine' },
  },
  warmup: { name: 'Warm-up steps', help: 'The first steps, in which the learning rate rises from zero.' },
  weightDecay: {
    name: 'Weight decay',
    help: 'Pulls the trained numbers slightly towards zero; may help against overfitting when there are few examples.',
  },
  clip: {
    name: 'Gradient clipping',
    help: 'The largest gradient that a step may have: larger ones are scaled down. 0 = no limit.',
  },
  validateEvery: {
    name: 'Validate every … steps',
    help: 'How often the run is checked on the validation set; 0 = only at the end.',
  },
  patience: {
    name: 'Patience (early stopping)',
    help: 'Ends the run after this many validations without improvement; 0 = never.',
  },
  maxTokens: { name: 'Maximum tokens per row', help: 'Longer texts are cut off at the end. More needs more memory.' },
  tail: {
    name: 'Template tokens after the prefix',
    help: 'Used when a prefix stands after the text: how many tokens at the end of the template come after it. 1 is fastest.',
  },
  precision: {
    name: 'Model precision',
    help: 'Fewer bits need less memory and, on some computers, less time (quantisation). The model is prepared once for each precision.',
    values: {
      float32: '32 bits, exact',
      f16: '16 bits, half the memory',
      int8: '8 bits, rounded',
      'as-stored': 'As stored in its file',
    },
  },
  memory: {
    name: 'Memory use',
    help: 'Low: each layer is computed twice instead of kept in memory (gradient checkpointing). Steps take about a quarter longer; the results are the same.',
    values: { normal: 'Normal', low: 'Low' },
  },
  seed: {
    name: 'Random seed',
    help: 'Decides everything random in a run: the same seed gives the same run.',
  },
} as const
