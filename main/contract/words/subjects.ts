// Words of what answered the evaluated rows.
import type { Subject } from '../records.ts'

interface SubjectWords {
  /** As a heading: "Model alone". */
  readonly name: string
  /** Within a sentence: "the model alone". */
  readonly inText: string
}

export const subjectWords: { readonly [S in Subject]: SubjectWords } = {
  'no prompt': { name: 'Model alone', inText: 'the model alone' },
  'hand-written prompt': { name: 'Best hand-written prompt', inText: 'the best hand-written prompt' },
  'tuned prompt': { name: 'Tuned prompt', inText: 'the tuned prompt' },
}
