// Opens a table file: its format and columns at once, its rows in chunks.
import { stat } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import type { FormatName, ReadingChoices, Taken } from '../../contract/reading.ts'
import { firstBytes } from './bytes.ts'
import { splitChats } from './chat/split.ts'
import { readText, type TextPiece } from './encoding/decode.ts'
import { detectEncoding } from './encoding/detect.ts'
import { watchText } from './encoding/watch.ts'
import type { FirstLine, Format, OpenedTable, TableChunk, TableSize, Watch } from './formats/format.ts'
import { formats } from './formats/index.ts'
import { infoOf, labelNamesBeside, withLabelNames } from './label-names.ts'

export interface Table {
  /** The file's, without its folder. */
  readonly name: string
  /** How the file is read; the chunks may add notes. */
  readonly taken: Taken
  /** Distinct and not empty. */
  readonly columns: readonly string[]
  readonly head?: readonly FirstLine[]
  readonly size?: TableSize
  /** What another file beside it says of its cells, which decides what is read as the file itself does: the `infoFile` of a copy. */
  readonly beside?: string
  /** Every row's cells align with `columns`. Can be iterated over only once. Errors: 'data/unreadable', 'data/damaged', 'data/too-large'. */
  readonly chunks: () => AsyncGenerator<TableChunk>
}

interface Opened extends Omit<OpenedTable, 'taken'>, Pick<Table, 'taken'> {}

const sampleCharacters = 1 << 16
const maxColumns = 1000
const known = Object.entries(formats) as [FormatName, Format][]

/**
 * Whatever is not chosen is guessed, and stands in `taken`. `watch` ends the reading where it throws. Errors: 'data/not-found', 'data/unreadable', 'data/empty',
 * 'data/no-rows', 'data/binary', 'data/json-not-array', 'data/damaged', 'data/old-excel', 'data/not-workbook',
 * 'data/too-large', 'data/too-many-columns', 'data/not-to-choose'.
 */
export async function openTable(
  path: string,
  choices: ReadingChoices = {},
  watch: Watch = () => undefined,
): Promise<Table> {
  const name = basename(path)
  const start = await firstBytes(path)
  const { chat: mayBeChat, ...reading } = choices
  const whole = (await openBinary(path, start, reading, watch)) ?? (await openText(path, reading, watch))
  const labels = await labelNamesBeside(path, whole.columns)
  const named = labels ? withLabelNames(whole, labels) : whole
  const opened = mayBeChat === false ? named : await splitChats(named)
  const { columns } = opened
  if (columns.length > maxColumns) throw studioError('data/too-many-columns', name, columns.length)
  const beside = labels && infoOf(whole.columns, labels)
  return { ...opened, name, columns: distinct(columns), ...(beside === undefined ? {} : { beside }) }
}

async function openBinary(
  path: string,
  start: Uint8Array,
  choices: ReadingChoices,
  watch: Watch,
): Promise<Opened | undefined> {
  const name = basename(path)
  for (const [format, way] of known)
    if (way.kind === 'binary' && way.looksLike(start)) {
      refuseOthers(name, format, way.heeds, choices)
      const { taken, ...opened } = await way.open({ name, path, choices, watch })
      return { ...opened, taken: { format, ...taken } }
    }
  return undefined
}

/** By the file's ending where it is a known one, else by how the text starts; what a delimiter is chosen for is no plain lines. */
async function openText(path: string, choices: ReadingChoices, onBytes: Watch): Promise<Opened> {
  const found = choices.encoding === undefined ? await detectEncoding(path) : { encoding: choices.encoding }
  const name = basename(path)
  const { size } = await stat(path)
  const watch = watchText()
  const read = (): AsyncGenerator<TextPiece> => watch.through(told(readText(path, found.encoding), size, onBytes))
  const { sample, isWhole } = await firstCharacters(read())
  if (sample.trim() === '') throw studioError('data/empty', name)
  const ending = extname(path).toLowerCase()
  const texts = known.flatMap(([format, way]) => (way.kind === 'text' ? [{ format, way }] : []))
  const { format, way } =
    texts.find((each) => each.way.endings.includes(ending)) ??
    texts.find((each) => each.way.looksLike(sample) && (choices.delimiter === undefined || each.format !== 'lines')) ??
    ({ format: 'csv', way: formats.csv } as const)
  refuseOthers(name, format, ['encoding', ...way.heeds], choices)
  const { taken, chunks, ...opened } = await way.open({ name, choices, read, sample, isWhole })

  async function* watched(): AsyncGenerator<TableChunk> {
    let bytes = 0
    for await (const chunk of chunks()) {
      bytes = chunk.bytes
      yield chunk
    }
    yield { rows: [], skipped: [], bytes, notes: watch.notes() }
  }
  return { ...opened, chunks: watched, taken: { format, ...found, ...taken } }
}

/** A choice that would be ignored is a mistake that somebody should hear of. */
function refuseOthers(name: string, format: FormatName, heeds: readonly string[], choices: ReadingChoices): void {
  const other = Object.keys(choices).find((choice) => !heeds.includes(choice))
  if (other !== undefined) throw studioError('data/not-to-choose', name, format, other)
}

async function* told(pieces: AsyncGenerator<TextPiece>, total: number, onBytes: Watch): AsyncGenerator<TextPiece> {
  for await (const piece of pieces) {
    onBytes(piece.bytes, total)
    yield piece
  }
}

async function firstCharacters(
  pieces: AsyncGenerator<TextPiece>,
): Promise<{ readonly sample: string; readonly isWhole: boolean }> {
  let sample = ''
  for await (const piece of pieces) {
    sample += piece.text
    if (sample.length >= sampleCharacters) return { sample, isWhole: false }
  }
  return { sample, isWhole: true }
}

/** Names without invisible characters around them; an empty one is "column 3", a second "text" is "text (2)". */
function distinct(names: readonly string[]): string[] {
  const seen = new Set<string>()
  return names.map((raw, i) => {
    const name = raw.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trim() || `column ${i + 1}`
    let unique = name
    for (let n = 2; seen.has(unique); n++) unique = `${name} (${n})`
    seen.add(unique)
    return unique
  })
}
