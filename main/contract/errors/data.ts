// Errors of data files and of splitting their rows.
import { listOf } from '../words/counts.ts'

const size = (bytes: number): string =>
  bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`

export const dataErrors = {
  'data/not-found': (path: string) => `There is no file at ${path}. Check the path.`,
  'data/unreadable': (path: string, why: string) => `${path} cannot be read: ${why}.`,
  'data/not-a-file': (path: string) =>
    `${path} is neither a file nor a pipe of this command. Save the table as a file, and choose that.`,
  'data/no-table': (folder: string) =>
    `${folder} holds no table that the studio can read. Choose a file of the kinds Excel (.xlsx), CSV, TSV, Parquet, JSON or JSON Lines.`,
  'data/several-tables': (folder: string, tables: readonly string[]) =>
    `${folder} holds several tables: ${listOf(tables)}. Choose one of them.`,
  'data/empty': (name: string) => `${name} is empty. Choose a file with a header line and rows, or JSON objects.`,
  /** `line` and `why`: of the first line that is no row. */
  'data/no-rows': (name: string, line?: number, why?: string) =>
    `${name} has no row that can be read${line === undefined || why === undefined ? '' : `: at line ${line}, ${why}`}. Mend the file or choose another.`,
  'data/binary': (name: string) =>
    `${name} is not a kind of file that the studio can read. Save the table as Excel (.xlsx), CSV, TSV, Parquet, JSON or JSON Lines, and choose that file.`,
  'data/damaged': (name: string, why: string) =>
    `${name} is damaged or incomplete: ${why}. Save or copy it again, and choose the new file.`,
  'data/unsupported': (name: string, why: string) =>
    `${name} is packed in a way that the studio cannot read (${why}). Save it with the usual settings or as CSV, and choose the new file.`,
  'data/old-excel': (name: string) =>
    `${name} is an old Excel file or has a password. Save it in Excel as a workbook (.xlsx) without a password, and choose that file.`,
  'data/not-workbook': (name: string) =>
    `${name} is an archive but not an Excel workbook. Unpack it, and choose the table in it.`,
  'data/other-workbook': (name: string, kind: string) =>
    `${name} is ${kind}. Save it as an Excel workbook (.xlsx) or as CSV, and choose that file.`,
  'data/no-sheet': (name: string, sheet: string, sheets: readonly string[]) =>
    `${name} has no sheet “${sheet}”. Its sheets are: ${sheets.join(', ')}.`,
  'data/too-large': (name: string) =>
    `${name} unpacks to more than the studio can read. Save the table as CSV, and choose that file.`,
  'data/too-many-columns': (name: string, count: number) =>
    `${name} has ${count} columns, more than the studio can show. Is it really a table with one row for each example?`,
  'data/no-header-line': (name: string, line: number) =>
    `No row of ${name} begins at line ${line}, or it is too far from the beginning to name the columns. Choose another line.`,
  'data/not-to-choose': (name: string, format: string, choice: string) =>
    `${name} is read as ${format}, where there is no ${choice} to choose. Leave that choice out.`,
  'data/too-many-rows': (name: string, rows: number, most: number) =>
    `${name} has ${rows.toLocaleString('en')} rows or more, and the studio holds ${most.toLocaleString('en')} at most. Choose a file with a part of them.`,
  'data/no-room': (name: string, needed: number, free: number) =>
    `${name} takes about ${size(needed)} in the studio's folder, and only ${size(free)} are free on its disk. Free some disk space, or choose a file with a part of the rows.`,
  'data/not-excel': (why: string) =>
    `This table does not fit into an Excel workbook: ${why}. Save it as CSV or JSON Lines.`,
  'data/file-exists': (path: string) => `There is a file at ${path} already. Choose another name.`,
  'data/not-written': (path: string, why: string) => `The table could not be written to ${path}: ${why}.`,
  'data/json-too-large': (name: string) =>
    `${name} is one JSON object of more than 100 MB, which must be read as a whole. Save it as JSON Lines, one object a line.`,
  'data/json-not-array': (name: string) =>
    `${name} is JSON but not a list of objects. It must look like [{"text": "…", "label": "…"}, …].`,
  'data/one-label': (label: string) =>
    `All rows have the label "${label}". There must be at least two labels to learn the difference.`,
  'data/label-too-rare': (label: string, has: number, needs: number) =>
    `The label "${label}" has ${has === 0 ? 'no text' : has === 1 ? 'one text' : `${has} different texts`} of its own, and at least ${needs} are needed, for the training, validation and test sets. Add rows, or exclude this label.`,
  'data/too-many-labels': (count: number, max: number) =>
    `The label column has ${count} different values, more than ${max}. Is it the right column?`,
  'data/no-examples': (text: string, label: string) =>
    `No row has both a text in "${text}" and a label in "${label}". Choose other columns.`,
  'data/view-gone': () => 'This list is out of date. Load it again.',
  'data/no-fix': () => 'There is nothing left to fix. Reload the list of problems.',
  'data/fix-leaves-few': (left: number, all: number) =>
    `This fix would leave ${left.toLocaleString('en')} of ${all.toLocaleString('en')} rows, less than half. Look at the rows first; if they are to go, say so.`,
  'data/not-received': (why: string) =>
    `The file could not be copied into the studio's folder (${why}). Free some disk space, and choose it again.`,
  'data/too-many-files': () =>
    'Several files are being copied into the studio already. Wait until they have arrived, then choose this one again.',
  'data/no-file': () => 'Copying this file has stopped. Choose it again.',
} satisfies Record<string, (...details: never[]) => string>
