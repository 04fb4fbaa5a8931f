// What was taken of a workbook and what was not, in sentences.
import { grouped, listOf, rowsOf } from '../../../../contract/words/counts.ts'
import type { Layout } from './layout.ts'
import type { Survey } from './survey.ts'
import type { Workbook } from './workbook.ts'

const counted = (count: number, one: string, more: string): string =>
  count === 1 ? `1 ${one}` : `${grouped(count)} ${more}`

/** `comments`: whether cells of the sheet have any. */
export function notesOf({ sheets }: Workbook, survey: Survey, layout: Layout, comments: boolean): string[] {
  const { sheet, facts } = survey
  const others = sheets.filter((other) => other !== sheet && !other.hidden).map(({ name }) => name)
  const hidden = sheets.filter((other) => other !== sheet && other.hidden).map(({ name }) => name)
  const merges = facts.merges.filter(({ bottom }) => bottom > layout.end).length
  const notes: (string | false)[] = [
    others.length > 0 && `Other sheets of the workbook are not read: ${listOf(others)}.`,
    hidden.length > 0 && `Hidden sheets are not read: ${listOf(hidden)}.`,
    ...layout.notes,
    merges > 0 && `Merged cells fill their range with their value (${counted(merges, 'range', 'ranges')}).`,
    facts.hiddenRows > 0 && `Hidden rows are read like all others (${rowsOf(facts.hiddenRows)}).`,
    facts.hiddenColumns > 0 && `Hidden columns are read like all others (${grouped(facts.hiddenColumns)}).`,
    facts.errors > 0 && `Cells that hold an error, such as #N/A, are read as that text (${grouped(facts.errors)}).`,
    facts.uncomputed > 0 &&
      `Formulas that no program has computed are read as empty (${counted(facts.uncomputed, 'cell', 'cells')}): open the workbook in Excel or LibreOffice, save it, and choose it again.`,
    comments && 'Notes and comments at cells are not read.',
  ]
  return notes.filter((note) => note !== false)
}
