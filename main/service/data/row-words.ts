// A row's cells as a task has them: what the model reads, its context with it, and the right answer.
import type { TaskName } from '../../contract/settings.ts'
import { taskOf } from '../../engine/task/index.ts'

/** The columns of a task's rows. */
export interface TaskColumns {
  readonly text: string
  readonly label: string
  /** What the text asks about; '' where the task has no such column. */
  readonly context?: string
  readonly task?: TaskName
}

/** Columns that the table does not have are empty. */
export function rowReader(
  columns: readonly string[],
  source: TaskColumns,
): (cells: readonly string[]) => { readonly text: string; readonly label: string } {
  const { textOf } = taskOf(source)
  const { text, label, context = '' } = source
  const [textAt, labelAt] = [columns.indexOf(text), columns.indexOf(label)]
  const contextAt = context === '' ? -1 : columns.indexOf(context)
  return (cells) => {
    const words = cells[textAt] ?? ''
    // A context that nobody asks about is no text.
    const read = words.trim() === '' ? '' : textOf(words, cells[contextAt] ?? '')
    return { text: read, label: (cells[labelAt] ?? '').trim() }
  }
}
