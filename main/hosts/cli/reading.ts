// The options that say how a data file is read.
import { type Command, InvalidArgumentError } from 'commander'
import { type EncodingName, encodingNames, type ReadingChoices } from '../../contract/reading.ts'
import { given, wholeNumber } from './options.ts'

export interface ReadingOptions {
  readonly encoding?: EncodingName
  readonly delimiter?: string
  readonly sheet?: string
  readonly header?: number
  readonly asIs?: true
}

/** Adds --encoding, --delimiter, --sheet, --header and --as-is. */
export const withReading = (command: Command): Command =>
  command
    .option(
      '--encoding <name>',
      'encoding of the file, as utf-8, windows-1251 or shift_jis (default: guessed)',
      encodingOf,
    )
    .option('--delimiter <character>', 'what parts the cells: a character, or tab (default: guessed)', delimiterOf)
    .option('--sheet <name>', 'sheet of a workbook (default: the fullest one)')
    .option('--header <line>', 'line of the columns’ names; 0 = there is none (default: guessed)', wholeNumber(0))
    .option('--as-is', 'keep columns that hold chats as they are in the file (default: split into question and answer)')

export const choicesOf = ({ encoding, delimiter, sheet, header, asIs }: ReadingOptions): ReadingChoices => ({
  ...given({ encoding, delimiter, sheet, header }),
  ...(asIs ? { chat: false } : {}),
})

/** What other programs call encodings, beyond the names of the WHATWG Encoding Standard, which TextDecoder knows. */
const furtherNames: Readonly<Record<string, EncodingName>> = {
  'utf-32': 'utf-32le',
  cp437: 'ibm437',
  cp850: 'ibm850',
  cp852: 'ibm852',
  cp874: 'windows-874',
  cp932: 'shift_jis',
  cp936: 'gb18030',
  cp949: 'euc-kr',
  cp950: 'big5',
  gbk: 'gb18030',
  gb2312: 'gb18030',
  'mac-roman': 'macintosh',
  macroman: 'macintosh',
}

function encodingOf(text: string): EncodingName {
  const plain = text.trim().toLowerCase().replaceAll('_', '-')
  const wanted = furtherNames[plain] ?? standardName(text) ?? standardName(plain) ?? plain
  const known = encodingNames.find((name) => name === (furtherNames[wanted] ?? wanted))
  if (known === undefined) throw new InvalidArgumentError(`Choose one of ${encodingNames.join(', ')}.`)
  return known
}

function standardName(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding
  } catch {
    // It is no encoding that anybody knows.
    return undefined
  }
}

const delimiterNames: Readonly<Record<string, string>> = {
  tab: '\t',
  '\\t': '\t',
  comma: ',',
  semicolon: ';',
  bar: '|',
  pipe: '|',
  space: ' ',
}

function delimiterOf(text: string): string {
  const delimiter = delimiterNames[text.toLowerCase()] ?? text
  if (!/^[^"\r\n]$/u.test(delimiter)) throw new InvalidArgumentError('Expected one character, or tab.')
  return delimiter
}
