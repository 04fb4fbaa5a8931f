// Prompts and completions as texts: the columns are what they should be already, and only said to be a chat's.
import { placeOf } from './columns.ts'
import type { Recogniser } from './shape.ts'

export const promptColumns: Recogniser = (columns) =>
  placeOf(columns, 'prompt') >= 0 && placeOf(columns, 'completion') >= 0
    ? { name: 'prompt-completion', columns, cells: (cells) => cells, notes: () => [] }
    : undefined
