// Texts of the Try page.
import type { TaskName } from '../../../../main/contract/settings.ts'
import type { Sampling } from '../../pages/try/sampling-fields.ts'

export const tryWords = {
  lead: 'Give the same text to the model alone, to a prompt that you write, and to the prompts that you tuned. Everything stays on this computer.',
  emptyTitle: 'Nothing to try yet',
  emptyText:
    'Tune a prompt first, or open a prompt file under Share. Then you can compare it here with the model alone and with a prompt that you write.',
  newRun: 'New run',
  input: 'A text to answer',
  question: 'A question to answer',
  questionExample: 'Write a question like those in your data',
  contextExample: 'The text in which the answer is found',
  inputExample: 'Write or paste a text like those in your data',
  ask: 'Answer',
  askHelp: 'Press Ctrl + Enter to answer.',
  stop: 'Stop',
  addPrompt: 'Add a tuned prompt',
  choosePrompt: 'Choose …',
  removeColumn: (name: string) => `Remove ${name}`,
  modelAlone: 'Model alone',
  modelAloneText: (model: string) => `${model} with the text and nothing else.`,
  handWritten: 'Hand-written prompt',
  handWrittenLabel: 'Your instruction',
  handWrittenStart: {
    classification: (labels: readonly string[]) => `Answer with one of these words: ${labels.join(', ')}.`,
    generation: () => 'Read the text and write the output that belongs to it.',
    answering: () => 'Answer the question in a few words, with words from the context.',
  } satisfies Record<TaskName, (labels: readonly string[]) => string>,
  virtual: (tokens: string) => `${tokens} virtual tokens`,
  tunedText: (what: string, data: string) => `${what}, tuned on ${data}.`,
  openedText: (what: string) => `${what}, opened from a file.`,
  together: 'Together',
  togetherText: (prompts: number) => `The mean of the ${String(prompts)} tuned prompts.`,
  answerTogether: 'Answer together',
  answerTogetherHelp:
    'The tuned prompts also answer as one (a committee): the mean of their probabilities for each label is the answer. Where they disagree, be careful.',
  agreeing: (agreeing: number, members: number) =>
    agreeing === members
      ? `All ${String(members)} give this answer alone, too.`
      : `They disagree: ${agreeing === 0 ? 'none' : String(agreeing)} of ${String(members)} ${agreeing === 1 ? 'gives' : 'give'} this answer alone.`,
  waits: 'The answer appears here.',
  asking: 'Answering …',
  unsure: 'Unsure',
  labels: 'How likely each label is',
  freeAnswer: 'Free answer (unrestricted)',
  emptyAnswer: '(nothing)',
  more: 'Writing: length, temperature and more',
  alsoFree: 'Also let the model write freely, without the labels',
  thinking: 'Let the model alone think before it answers, if it can',
  details: 'Details',
  sampling: {
    maxNewTokens: {
      label: 'Maximum tokens',
      help: 'How long a free answer may get. A token is a word or a part of one.',
    },
    temperature: {
      label: 'Temperature',
      help: '0 always takes the likeliest token; higher values vary more.',
    },
    seed: { label: 'Random seed', help: 'The same seed gives the same answer again.' },
    topP: {
      label: 'Top-p',
      help: 'Chooses among the likeliest tokens that add up to this probability. 1 leaves none out.',
    },
    topK: { label: 'Top-k', help: 'Chooses among so many of the likeliest tokens. 0 leaves none out.' },
    minP: {
      label: 'Min-p',
      help: 'Leaves out tokens less likely than this share of the likeliest one. 0 leaves none out.',
    },
  } satisfies Record<keyof Sampling, { readonly label: string; readonly help: string }>,
  wrong: 'This is wrong',
  rightLabel: 'The right label',
  rightAnswer: 'The right answer',
  send: 'Add to the data',
  sendHelp: (data: string) => `The text and its right answer become a new row of ${data}. The next run learns from it.`,
  sent: (data: string) => `A row was added to ${data}.`,
  tuneAgain: 'Tune again',
} as const
