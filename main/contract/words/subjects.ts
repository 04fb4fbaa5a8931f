// Words of what answered the evaluated rows.
import type { Subject } from '../records.ts'

interface SubjectWords {
  /** As a heading: "Model alone". */
  readonly name: string
  /** Within a sentence: "the model alone". */
  readonly inText: string
  /** After a figure: "without a prompt". */
  readonly how: string
  /** What it is, in sentences, where its name does not say it. */
  readonly help?: string
}

export const subjectWords: { readonly [S in Subject]: SubjectWords } = {
  'no prompt': { name: 'Model alone', inText: 'the model alone', how: 'without a prompt' },
  'hand-written prompt': {
    name: 'Best hand-written prompt',
    inText: 'the best hand-written prompt',
    how: 'with the best hand-written prompt',
  },
  'word count': {
    name: 'Word count',
    inText: 'the word count',
    how: 'by a word count',
    help: 'A simple program counts words and letters, and learns from the same rows which go with which label (a bag of words: TF-IDF and logistic regression). It uses no language model at all.',
  },
  'linear probe': {
    name: 'Linear probe',
    inText: 'the linear probe',
    how: 'by a linear probe',
    help: 'The model reads each text without any tuning, and a simple rule learns from the same rows which of its numbers go with which label (logistic regression on the last hidden state).',
  },
  'tuned prompt': { name: 'Tuned prompt', inText: 'the tuned prompt', how: 'with the tuned prompt' },
}

/** What follows where a word count does as well. */
export const needsNoModel = 'this task may not need a language model'
