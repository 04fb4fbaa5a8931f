// The table of formats that tables are written in: a new one is a new file and a line here.
import type { WrittenFormat } from '../../../contract/kinds.ts'
import { writeChat } from './chat.ts'
import { writeCsv } from './csv.ts'
import { writeJsonLines } from './json-lines.ts'
import type { Writer } from './writer.ts'
import { writeXlsx } from './xlsx.ts'

export const writers: Readonly<Record<WrittenFormat, Writer>> = {
  csv: writeCsv,
  xlsx: writeXlsx,
  jsonl: writeJsonLines,
  chat: writeChat,
}
