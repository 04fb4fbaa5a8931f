// Adds cells to the rows of a sheet's XML as it streams through; every character beside them stays as it was.
import { SaxesParser } from 'saxes'
import { isTrue } from '../data/formats/xlsx/workbook.ts'
import { letters } from '../data/formats/xlsx/places.ts'

export interface SheetAddition {
  /** The first added column, from 0. */
  readonly column: number
  /** How many. */
  readonly count: number
  /** The XML of a row's added cells; '' where it has none. */
  readonly cells: (row: number, prefix: string) => string
}

export interface SheetEditor {
  /** What is finished of the edited XML. */
  readonly write: (text: string) => string
  readonly end: () => string
}

interface Tag {
  readonly local: string
  readonly prefix: string
  readonly attributes: Readonly<Record<string, string>>
  readonly closed: boolean
}

/** Errors: those of saxes where the XML is not well-formed. */
export function createSheetEditor(addition: SheetAddition): SheetEditor {
  const parser = new SaxesParser()
  let edited = ''
  /** What has been written but is not finished, and where it begins in the whole text. */
  let raw = ''
  let base = 0
  let row = 0
  let waiting = ''

  /** Finishes all up to the tag that has just been read, and gives that tag. */
  const takeTag = (): string => {
    const to = parser.position - base
    // Inside of a tag no "<" stands by itself.
    const from = raw.lastIndexOf('<', to - 1)
    edited += raw.slice(0, from)
    const tag = raw.slice(from, to)
    raw = raw.slice(to)
    base += to
    return tag
  }
  const onRow = ({ prefix, attributes, closed }: Tag): void => {
    const stated = Number(attributes['r'] ?? Number.NaN)
    row = Number.isInteger(stated) && stated > row ? stated : row + 1
    const cells = addition.cells(row, prefix)
    if (cells === '') return
    // "spans" tells which columns are filled, as a hint for programs that read.
    const tag = takeTag().replace(/\sspans\s*=\s*("[^"]*"|'[^']*')/, '')
    edited += closed ? `${tag.replace(/\s*\/>$/, '>')}${cells}</${prefix}row>` : tag
    if (!closed) waiting = cells
  }
  const onOpen: Readonly<Record<string, (tag: Tag) => void>> = {
    row: onRow,
    dimension: ({ attributes: { ref = '' } }) => {
      const tag = takeTag()
      edited += tag.replace(ref, wider(ref, addition.column + addition.count - 1))
    },
    col: ({ prefix, attributes, closed }) => {
      if (!closed || !isTrue(attributes['hidden']) || !reaches(attributes, addition)) return
      const tag = takeTag()
      edited += withoutAdded(tag, prefix, attributes, addition)
    },
  }
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes, isSelfClosing: closed }) => {
    const [prefix, local] = splitName(name)
    if (Object.hasOwn(onOpen, local)) onOpen[local]?.({ local, prefix, attributes, closed })
  })
  parser.on('closetag', ({ name, isSelfClosing }) => {
    if (waiting === '' || isSelfClosing || splitName(name)[1] !== 'row') return
    const tag = takeTag()
    edited += waiting + tag
    waiting = ''
  })
  const take = (all: boolean): string => {
    // An unfinished tag may be one to edit.
    const to = all ? raw.length : Math.max(0, raw.lastIndexOf('<'))
    const finished = edited + raw.slice(0, to)
    raw = raw.slice(to)
    base += to
    edited = ''
    return finished
  }
  return {
    write: (text) => {
      raw += text
      parser.write(text)
      return take(false)
    },
    end: () => {
      parser.close()
      return take(true)
    },
  }
}

function splitName(name: string): readonly [prefix: string, local: string] {
  const at = name.indexOf(':') + 1
  return [name.slice(0, at), name.slice(at)]
}

/** 'A1:D9' with at least this last column. */
function wider(range: string, column: number): string {
  const found = /^([A-Z]{1,3})(\d+)(?::([A-Z]{1,3})(\d+))?$/.exec(range)
  if (!found) return range
  const [, left = '', top = '', right = left, bottom = top] = found
  const added = letters(column)
  const last = right.length > added.length || (right.length === added.length && right > added) ? right : added
  return `${left}${top}:${last}${bottom}`
}

type Attributes = Tag['attributes']

const boundsOf = ({ min = '0', max = '0' }: Attributes): readonly [number, number] => [Number(min), Number(max)]

/** Whether columns that the element describes, from 1, are among the added ones. */
function reaches(attributes: Attributes, { column, count }: SheetAddition): boolean {
  const [min, max] = boundsOf(attributes)
  return min <= column + count && max > column
}

/** The element for its columns left and right of the added ones, which nobody hid. */
function withoutAdded(tag: string, prefix: string, attributes: Attributes, { column, count }: SheetAddition): string {
  const [min, max] = boundsOf(attributes)
  const part = (from: number, to: number): string =>
    from > to
      ? ''
      : tag.replace(/(\smin\s*=\s*["'])\d+/, `$1${String(from)}`).replace(/(\smax\s*=\s*["'])\d+/, `$1${String(to)}`)
  const own = `<${prefix}col min="${String(column + 1)}" max="${String(column + count)}" width="14" customWidth="1"/>`
  return part(min, column) + own + part(column + count + 1, max)
}
