// Texts of the import step: how a file is read, what comes of it, and the way out again.
import { data } from './data.ts'

const rowsOf = data.rows

export const importing = {
  title: (name: string) => `Import ${name}`,
  lead: 'This is how the studio reads the file. Change what is wrong: nothing is imported yet.',
  none: 'No file is being imported',
  noneText: 'Choose or drop a table, and see here what becomes of it before it is imported.',
  toData: 'Choose a file',
  looking: 'Looking at the file',
  how: 'How the file is read',
  howHelp: 'The studio guessed. Every change shows its outcome below.',
  reset: 'Back to the guesses',
  sheet: 'Sheet',
  sheetHelp: 'The fullest one is the guess.',
  names: 'Column names',
  line: (line: string, cells: string) => `Line ${line}: ${cells}`,
  row: (row: string, cells: string) => `Row ${row}: ${cells}`,
  noNames: 'No line names the columns',
  delimiter: 'Cells are divided by',
  delimiters: { ',': 'Commas', ';': 'Semicolons', '\t': 'Tabs', '|': 'Bars (|)', ' ': 'Spaces' } as Readonly<
    Record<string, string>
  >,
  otherDelimiter: (character: string) => `The character ${character}`,
  noDelimiter: 'Nothing: one column',
  encoding: 'Letters (encoding)',
  encodingDoubtful: 'Not sure: look whether the letters below are right, or choose another.',
  chat: 'Split chats into question and answer',
  chatHelp: 'The last answer is what the prompt learns to give.',
  outcome: 'What will be imported',
  outcomeHelp: 'The first rows, and what each column is for.',
  readAs: (how: string) => `Read as ${how}.`,
  noRows: 'No row can be read like this.',
  noRow: (line: string, reason: string) => `Line ${line}: ${reason}.`,
  skipped: (line: string, reason: string) => `Skipped line ${line}: ${reason}.`,
  go: (rows: number | undefined, shown: string) => (rows === undefined ? 'Import' : `Import ${rowsOf(shown)}`),
  out: 'Save as a file',
  outTitle: 'Save the rows as a file',
  outHelp: 'The rows in use, without excluded rows and trash. Cells that begin like a formula stay text.',
  version: 'Version',
  newest: (version: string) => `Version ${version}, the newest`,
  format: 'Format',
  formats: {
    csv: 'CSV, for any program',
    xlsx: 'Excel workbook',
    jsonl: 'JSON Lines, for programs',
    chat: 'Chat (JSONL)',
  },
  chatOut: (text: string, answer: string) =>
    `Each row becomes a list of messages: “${text}” is what the user says, “${answer}” the assistant’s last turn. Columns that are not part of the chat are left out.`,
  /** A file's name. */
  older: (name: string, version: string) => `${name} version ${version}`,
  saveIt: 'Save',
  saved: (rows: string, name: string) => `${rowsOf(rows)} saved as ${name}.`,
} as const
