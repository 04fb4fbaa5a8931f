// Turns a row's cells into a task's text, with the context where the task has one, and the right answer.
import type { TaskName } from '../../contract/settings.ts'
import { taskOf } from '../../engine/task/index.ts'

/** The columns of a task's rows. */
export interface TaskColumns {
  readonly text: string
  readonly label: string
  /** Column with the context that the question is about; '' where the task has none. */
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
    const ownText = cells[textAt] ?? ''
    // A context without a question makes no example.
    const read = ownText.trim() === '' ? '' : textOf(ownText, cells[contextAt] ?? '')
    return { text: read, label: (cells[labelAt] ?? '').trim() }
  }
}
