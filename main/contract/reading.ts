// How a table file is read: what a person may choose, and what was taken, so that no guess stays unsaid.
import * as v from 'valibot'

/** Kinds of table files. */
export const formatNames = ['xlsx', 'parquet', 'old-excel', 'json', 'jsonl', 'lines', 'tsv', 'csv'] as const
export type FormatName = (typeof formatNames)[number]

/** Encodings of text files, by their labels in the WHATWG Encoding Standard; what it lacks by the usual ones. */
export const encodingNames = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'utf-32le',
  'utf-32be',
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'windows-1257',
  'windows-1258',
  'windows-874',
  'iso-8859-2',
  'iso-8859-3',
  'iso-8859-4',
  'iso-8859-5',
  'iso-8859-6',
  'iso-8859-7',
  'iso-8859-8',
  'iso-8859-10',
  'iso-8859-13',
  'iso-8859-14',
  'iso-8859-15',
  'iso-8859-16',
  'koi8-r',
  'koi8-u',
  'ibm866',
  'ibm437',
  'ibm850',
  'ibm852',
  'macintosh',
  'x-mac-cyrillic',
  'gb18030',
  'big5',
  'shift_jis',
  'euc-jp',
  'iso-2022-jp',
  'euc-kr',
] as const
export type EncodingName = (typeof encodingNames)[number]

/** Arrangements of chats, which are split into columns. */
export const chatNames = ['messages', 'sharegpt', 'alpaca', 'prompt-completion'] as const
export type ChatName = (typeof chatNames)[number]

/** What a person chooses instead of the studio's guess; whatever is absent is guessed. */
export const readingChoices = v.strictObject({
  encoding: v.exactOptional(v.picklist(encodingNames)),
  /** The character between two cells. */
  delimiter: v.exactOptional(v.pipe(v.string(), v.regex(/^[^"\r\n]$/u, 'a delimiter is one character'))),
  /** A sheet of a workbook by its name. */
  sheet: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(255))),
  /** Line (in a workbook: row) of the columns' names, from 1; 0 where there are none. */
  header: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000))),
  /** False: columns that hold chats stay as they are in the file. */
  chat: v.exactOptional(v.literal(false)),
})
export type ReadingChoices = v.InferOutput<typeof readingChoices>

/** How a quote stands in a quoted cell of a delimited text: twice, or behind a backslash. */
export type Quoting = 'doubled' | 'backslash'

/** How a file was read, by choice or by guess. */
export interface Taken {
  readonly format: FormatName
  /** Undefined where the file is not a text. */
  readonly encoding?: EncodingName
  /** True where another encoding is nearly as likely: a person should look at the letters. */
  readonly encodingDoubtful?: boolean
  readonly delimiter?: string
  readonly quoting?: Quoting
  readonly sheet?: string
  /** Names of all sheets of the workbook, in its order. */
  readonly sheets?: readonly string[]
  /** Line (in a workbook: row) of the columns' names; 0 where there are none, undefined where each row brings its own. */
  readonly headerLine?: number
  /** How the file holds chats, which were split into columns. */
  readonly chat?: ChatName
  /** What was guessed, left out, filled in or cut, in sentences. */
  readonly notes: readonly string[]
}
