// How a table file was read, in words for a person.
import type { ChatName, EncodingName, FormatName, Quoting, Taken } from '../reading.ts'

const formats: Readonly<Record<FormatName, string>> = {
  xlsx: 'Excel workbook',
  parquet: 'Parquet',
  'old-excel': 'old Excel workbook',
  json: 'JSON',
  jsonl: 'JSON Lines',
  lines: 'plain lines',
  tsv: 'table with tabs',
  csv: 'CSV',
}

const encodings: Readonly<Record<EncodingName, string>> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16 (big endian)',
  'utf-32le': 'UTF-32',
  'utf-32be': 'UTF-32 (big endian)',
  'windows-1250': 'Central European (windows-1250)',
  'windows-1251': 'Cyrillic (windows-1251)',
  'windows-1252': 'Western (windows-1252)',
  'windows-1253': 'Greek (windows-1253)',
  'windows-1254': 'Turkish (windows-1254)',
  'windows-1255': 'Hebrew (windows-1255)',
  'windows-1256': 'Arabic (windows-1256)',
  'windows-1257': 'Baltic (windows-1257)',
  'windows-1258': 'Vietnamese (windows-1258)',
  'windows-874': 'Thai (windows-874)',
  'iso-8859-2': 'Central European (iso-8859-2)',
  'iso-8859-3': 'South European (iso-8859-3)',
  'iso-8859-4': 'Baltic (iso-8859-4)',
  'iso-8859-5': 'Cyrillic (iso-8859-5)',
  'iso-8859-6': 'Arabic (iso-8859-6)',
  'iso-8859-7': 'Greek (iso-8859-7)',
  'iso-8859-8': 'Hebrew (iso-8859-8)',
  'iso-8859-10': 'Nordic (iso-8859-10)',
  'iso-8859-13': 'Baltic (iso-8859-13)',
  'iso-8859-14': 'Celtic (iso-8859-14)',
  'iso-8859-15': 'Western (iso-8859-15)',
  'iso-8859-16': 'Romanian (iso-8859-16)',
  'koi8-r': 'Cyrillic (koi8-r)',
  'koi8-u': 'Ukrainian (koi8-u)',
  ibm866: 'Cyrillic, DOS (ibm866)',
  ibm437: 'Western, DOS (ibm437)',
  ibm850: 'Western, DOS (ibm850)',
  ibm852: 'Central European, DOS (ibm852)',
  macintosh: 'Western, old Macs (macintosh)',
  'x-mac-cyrillic': 'Cyrillic, old Macs (x-mac-cyrillic)',
  gb18030: 'Chinese (gb18030)',
  big5: 'Chinese (big5)',
  shift_jis: 'Japanese (shift_jis)',
  'euc-jp': 'Japanese (euc-jp)',
  'iso-2022-jp': 'Japanese (iso-2022-jp)',
  'euc-kr': 'Korean (euc-kr)',
}

/** The encoding as people know it, with the name by which it is chosen. */
export const encodingWords = (encoding: EncodingName): string => encodings[encoding]

const delimiters: Readonly<Record<string, string>> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' }
const quotings: Partial<Readonly<Record<Quoting, string>>> = {
  backslash: 'quotes in cells stand behind a backslash',
}

export const chatWords: Readonly<Record<ChatName, string>> = {
  messages: 'chats as messages',
  sharegpt: 'chats as in ShareGPT',
  alpaca: 'instructions as in Alpaca',
  'prompt-completion': 'prompts and completions',
}

/** One line: "CSV, UTF-8, cells between commas, names in line 1". */
export function takenWords({ format, encoding, delimiter, quoting, sheet, sheets, headerLine, chat }: Taken): string {
  const place = format === 'xlsx' ? 'row' : 'line'
  return [
    formats[format],
    encoding && encodingWords(encoding),
    delimiter && `cells between ${delimiters[delimiter] ?? `"${delimiter}"`}`,
    quoting && quotings[quoting],
    sheet && `sheet "${sheet}"${sheets && sheets.length > 1 ? ` of ${sheets.length}` : ''}`,
    format !== 'lines' &&
      headerLine !== undefined &&
      (headerLine === 0 ? 'no line of names' : `names in ${place} ${headerLine}`),
    chat && chatWords[chat],
  ]
    .filter(Boolean)
    .join(', ')
}
