// Words of methods and settings, for the window and the command line alike: a name, a sentence of help, words for values.

export interface SettingWords {
  readonly name: string
  readonly help: string
  /** Of a choice's values. */
  readonly values?: Readonly<Record<string, string>>
}

const methods: Readonly<Record<string, { readonly name: string; readonly help: string }>> = {
  'prefix-tuning': {
    name: 'Prefix tuning',
    help: 'Each virtual token has keys and values of its own in every layer (stronger).',
  },
  'prompt-tuning': { name: 'Prompt tuning', help: 'Only the input of the first layer is learned (smaller).' },
  'p-tuning': {
    name: 'P-tuning',
    help: 'Prompt tuning whose virtual tokens come from a small network that is trained along.',
  },
  'prefix-projection': {
    name: 'Prefix tuning with projection',
    help: 'Prefix tuning whose keys and values come from a small network that is trained along.',
  },
  'tail-lora': {
    name: 'Tail LoRA',
    help: 'Small matrices are added to the model’s own, for the last tokens of the template and the answer alone (most accurate).',
  },
  'tail-ia3': {
    name: 'Tail IA3',
    help: 'The model’s own numbers are made larger or smaller, for the last tokens of the template and the answer alone.',
  },
  'tail-bias': {
    name: 'Tail biases',
    help: 'A number is added to each output inside the model, for the last tokens of the template and the answer alone.',
  },
  'prefix-tail-lora': {
    name: 'Prefix and tail LoRA',
    help: 'Prefix tuning and tail LoRA, trained together.',
  },
  lora: {
    name: 'LoRA',
    help: 'Small matrices are added to the model’s own for every token, so that each step reads all the texts again (slow).',
  },
  ia3: { name: 'IA3', help: 'The model’s own numbers are made larger or smaller for every token (slow).' },
  'full-fine-tuning': {
    name: 'Full fine-tuning',
    help: 'Every weight of the model is changed, and the result is a model of its own: large, slow to train, and it may forget other things that the base model can do.',
  },
  bitfit: { name: 'BitFit', help: 'A number is added to each output inside the model for every token (slow).' },
}

/** Of a method that has no words of its own, its name. */
export const methodWords = (method: string): Pick<SettingWords, 'name' | 'help'> =>
  methods[method] ?? { name: method, help: '' }

/** A method's name within a sentence: "tail LoRA", and "LoRA" as it is written. */
export function methodInText(method: string): string {
  const { name } = methodWords(method)
  const [first = ''] = name.split(/[ -]/)
  return /^\p{Lu}\p{Ll}*$/u.test(first) ? name.charAt(0).toLowerCase() + name.slice(1) : name
}

const method: SettingWords = {
  name: 'Method',
  help: Object.values(methods)
    .map(({ name, help }) => `${name}: ${help}`)
    .join(' '),
  values: Object.fromEntries(Object.entries(methods).map(([key, { name }]) => [key, name])),
}

const words = {
  model: { name: 'Base model', help: 'The frozen model that reads the virtual tokens.' },
  method,
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
    name: 'Compare with other ways',
    help: 'Evaluates on the test set, too, what the tuned prompt has to beat: the best hand-written prompt and, for labels, a word count and a linear probe.',
    values: { true: 'Yes', false: 'No' },
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
  rank: {
    name: 'Rank',
    help: 'How much the small matrices can express. More needs more examples.',
  },
  alpha: { name: 'Alpha', help: 'The small matrices are multiplied by alpha divided by the rank.' },
  linears: {
    name: 'Linear maps',
    help: 'Which of the model’s matrices are changed: queries, keys, values and output of the attention, and the three of the feed-forward network.',
    values: {
      q_proj: 'Queries',
      k_proj: 'Keys',
      v_proj: 'Values',
      o_proj: 'Attention output',
      gate_proj: 'Gate',
      up_proj: 'Up',
      down_proj: 'Down',
    },
  },
  optimiser: {
    name: 'Optimiser',
    help: 'How a gradient becomes a step. AdamW with 8 bits needs 2 bytes of memory for each weight, AdamW 8, SGD 4; SGD needs another learning rate, and usually more steps.',
    values: { 'adamw-8bit': 'AdamW with 8 bits', adamw: 'AdamW', sgd: 'SGD with momentum' },
  },
  encoderHidden: {
    name: 'Width of the encoder',
    help: 'Hidden units of the small network that is trained before the virtual tokens.',
  },
  init: {
    name: 'Initialisation',
    help: 'What the virtual tokens start from. A text that describes the task is a good start; random numbers take longer to learn.',
    values: { text: 'A text', labels: 'The labels', vocab: 'Random words', random: 'Random numbers' },
  },
  initText: { name: 'Starting text', help: 'For initialisation from a text: say what the task is.' },
  from: {
    name: 'Start from',
    help: 'An earlier prompt of the same base model, method and shape that the run goes on from, in place of its initialisation.',
  },
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
    name: 'Template tokens after the text',
    help: 'How many tokens at the end of the template the prefix or adapter acts on (default: 1 for a prefix, 3 for an adapter). 1 is fastest.',
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
  folds: {
    name: 'Cross-validation folds',
    help: 'With few rows, so many prompts are tuned beside yours, each without some of the rows, and answer those: every row serves for the test, which takes as many times longer. 0 = keep some rows for the test instead; at least 3.',
  },
  seed: {
    name: 'Random seed',
    help: 'Decides everything random in a run: the same seed gives the same run.',
  },
} satisfies Record<string, SettingWords>

/** Of a setting that has no words of its own, its name. */
export const settingWords = (name: string): SettingWords =>
  (words as Readonly<Record<string, SettingWords>>)[name] ?? { name, help: '' }

/** A value of a setting in words; of a list, the words of its values. */
export const valueWords = (name: string, value: unknown): string => {
  const { values } = settingWords(name)
  if (!values) return String(value)
  const words = String(value)
    .split(',')
    .map((each) => values[each] ?? each)
  return words.join(', ')
}
