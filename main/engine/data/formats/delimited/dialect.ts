// Which character parts the cells of a text, and how quotes stand in them, by its first records.
import type { Quoting } from '../../../../contract/reading.ts'
import type { Dialect } from './cells.ts'
import { recordsOf, type TextRecord } from './records.ts'

/** The usual ones; where two are equally consistent, the first is less likely to stand in texts by chance. */
const usual = ['\t', ';', '|', ','] as const
const unusual = ['\u0001', '\u001f', '^', '~', '¦', '§'] as const
/** Records that are looked at. */
const maxRecords = 200
/** Share of the lines that must be parted alike, where nothing else says that they are a table. */
const minShare = 0.8

interface Sniffed extends Dialect {
  /** Records at the beginning of the text. */
  readonly records: readonly TextRecord[]
  /** Cells that most records have, without empty ones at the end of all. */
  readonly width: number
}

interface Scored extends Sniffed {
  /** Share of the records that have as many cells as most have. */
  readonly share: number
}

/** The dialect in which the most records have the same number of cells, two at least; `chosen`: its delimiter. */
export function sniff(sample: string, isWhole: boolean, chosen?: string): Sniffed {
  const quotings: readonly Quoting[] = sample.includes('\\') ? ['doubled', 'backslash'] : ['doubled']
  const delimiters = chosen === undefined ? [...usual, ...unusual].filter((one) => sample.includes(one)) : [chosen]
  const scored = delimiters
    .flatMap((delimiter) => quotings.map((quoting) => ({ delimiter, quoting })))
    .map((dialect) => score(recordsOf(sample, isWhole, dialect), dialect))
    .filter(({ delimiter, share, records: [first] }) => {
      // Commas in prose part some lines, but not the one name of their column.
      const isProse = share < minShare && first?.cells.length === 1 && !isTable(sample, [delimiter ?? ''])
      return chosen !== undefined || !isProse
    })
  const best = scored.reduce<Scored | undefined>((a, b) => (a && !isBetter(b, a) ? a : b), undefined)
  if (best && (best.width > 1 || chosen !== undefined)) return best
  const dialect = { delimiter: undefined, quoting: 'doubled' } as const
  return { ...dialect, records: recordsOf(sample, isWhole, dialect).slice(0, maxRecords), width: 1 }
}

const isBetter = (one: Scored, other: Scored): boolean =>
  one.width > 1 && (other.width === 1 || one.share > other.share)

function score(all: readonly TextRecord[], dialect: Dialect): Scored {
  const records = all.slice(0, maxRecords)
  const filled = records.filter(({ blank }) => !blank)
  const width = usualWidth(filled)
  const lone = filled.filter((record) => record.lone).length
  const alike = filled.filter(({ cells }) => cellsWithin(cells, width) === width).length
  return { ...dialect, records, width, share: (alike - lone) / Math.max(1, filled.length) }
}

/** The most frequent number of cells, less the last ones that are empty in all of those records. */
export function usualWidth(records: readonly Pick<TextRecord, 'cells'>[]): number {
  const counts = new Map<number, number>()
  for (const { cells } of records) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1)
  const [most = 1] = [...counts].sort(([a, m], [b, n]) => n - m || b - a)[0] ?? []
  const those = records.filter(({ cells }) => cells.length === most)
  let width = most
  while (width > 1 && those.every(({ cells }) => cells[width - 1]?.trim() === '')) width--
  return width
}

/** Cells without empty ones behind `width`. */
export function cellsWithin(cells: readonly string[], width: number): number {
  let count = cells.length
  while (count > width && cells[count - 1]?.trim() === '') count--
  return count
}

/** Whether nearly all first lines of a text of unknown kind are parted alike; false where they are prose, or one line. */
export function isTable(sample: string, delimiters: readonly string[] = usual): boolean {
  // In prose a space follows a comma.
  const lines = sample
    .split(/\r\n|\r|\n/, maxRecords)
    .filter((line) => line.trim() !== '')
    .map((line) => line.replace(/"[^"]*("|$)/g, '').replace(/[,;](?= )/g, ''))
  return delimiters.some((delimiter) => {
    const counts = lines.map((line) => line.split(delimiter).length)
    const alike = Math.max(
      0,
      ...[...new Set(counts)].filter((n) => n > 1).map((n) => counts.filter((m) => m === n).length),
    )
    return lines.length > 1 && alike >= minShare * lines.length
  })
}
