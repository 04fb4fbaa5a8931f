// What a workbook's sheets share: their places, the strings, and how numbers are shown.
import { posix } from 'node:path'
import { studioError } from '../../../../contract/errors/index.ts'
import { builtInCode, general, type Show, showBy } from './numbers.ts'
import { BrokenXml, createXmlReader, type XmlHandlers } from './xml.ts'
import type { Archive } from './zip.ts'

export interface Workbook {
  /** Names of the files of sheets that are not hidden, in order; all where every one is. */
  readonly sheets: readonly string[]
  readonly strings: readonly string[]
  /** By a cell's style. */
  readonly shows: readonly Show[]
}

const maxPartBytes = 64 << 20
/** Bytes of the shared strings at most: they are in memory all at once. */
const maxStringsBytes = 512 << 20

/** Errors: 'data/not-workbook', 'data/damaged', 'data/too-large', 'data/unreadable'. */
export async function readWorkbook(name: string, archive: Archive): Promise<Workbook> {
  const read = async (part: string, handlers: XmlHandlers, maxBytes = maxPartBytes): Promise<void> => {
    if (!archive.has(part)) return
    try {
      const reader = createXmlReader(handlers)
      for await (const { bytes } of archive.unpack(part, maxBytes)) reader.write(bytes)
      reader.end()
    } catch (error) {
      throw error instanceof BrokenXml ? studioError('data/damaged', name, 'a part of it is broken') : error
    }
  }
  const [book] = [...(await relations(read, '')).values()].filter(({ type }) => type.endsWith('/officeDocument'))
  const path = book?.target ?? 'xl/workbook.xml'
  if (!archive.has(path)) throw studioError('data/not-workbook', name)
  const { sheets, from1904 } = await readBook(read, path)
  const parts = await relations(read, path)
  const target = (kind: string): string => [...parts.values()].find(({ type }) => type.endsWith(kind))?.target ?? ''
  return {
    sheets: sheets.flatMap((id) => parts.get(id)?.target ?? []),
    strings: await readStrings(read, target('/sharedStrings')),
    shows: await readShows(read, target('/styles'), from1904),
  }
}

type Read = (part: string, handlers: XmlHandlers, maxBytes?: number) => Promise<void>

interface Relation {
  readonly type: string
  readonly target: string
}

/** The relations of a part by their ids. */
async function relations(read: Read, part: string): Promise<Map<string, Relation>> {
  const { dir, base } = posix.parse(part)
  const found = new Map<string, Relation>()
  await read(posix.join(dir, '_rels', `${base}.rels`), {
    open: (name, { Id: id, Type: type = '', Target: target }) => {
      if (name !== 'Relationship' || id === undefined || target === undefined) return
      const path = target.startsWith('/') ? target.slice(1) : posix.join(dir, target)
      found.set(id, { type, target: path })
    },
  })
  return found
}

async function readBook(read: Read, path: string): Promise<{ sheets: readonly string[]; from1904: boolean }> {
  const sheets: { readonly id: string; readonly hidden: boolean }[] = []
  let from1904 = false
  await read(path, {
    open: (name, attributes) => {
      if (name === 'workbookPr') from1904 = isTrue(attributes['date1904'])
      if (name !== 'sheet') return
      const id = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1]
      if (id !== undefined) sheets.push({ id, hidden: (attributes['state'] ?? 'visible') !== 'visible' })
    },
  })
  const seen = sheets.filter(({ hidden }) => !hidden)
  return { sheets: (seen.length > 0 ? seen : sheets).map(({ id }) => id), from1904 }
}

const isTrue = (value: string | undefined): boolean => value === '1' || value === 'true'

async function readStrings(read: Read, part: string): Promise<string[]> {
  const strings: string[] = []
  const rich = gatherRich()
  const handlers: XmlHandlers = {
    open: rich.open,
    text: rich.text,
    close: (name) => {
      rich.close(name)
      if (name === 'si') strings.push(rich.take())
    },
  }
  await read(part, handlers, maxStringsBytes)
  return strings
}

/** Gathers the texts of a string that may be of several fonts, without how it is pronounced. */
export function gatherRich(): Required<XmlHandlers> & { readonly take: () => string } {
  let gathered = ''
  let within = false
  let spoken = false
  return {
    open: (name) => {
      if (name === 't') within = true
      else if (name === 'rPh') spoken = true
    },
    text: (text) => {
      if (within && !spoken) gathered += text
    },
    close: (name) => {
      if (name === 't') within = false
      else if (name === 'rPh') spoken = false
    },
    take: () => {
      const text = plain(gathered)
      gathered = ''
      return text
    },
  }
}

/** Characters that XML cannot hold are written as _x000D_. */
export const plain = (text: string): string =>
  text
    .replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll('\r\n', '\n')

async function readShows(read: Read, part: string, from1904: boolean): Promise<Show[]> {
  const codes = new Map<string, string>()
  const styles: string[] = []
  let within = false
  await read(part, {
    open: (name, { numFmtId: id = '0', formatCode: code }) => {
      if (name === 'numFmt' && code !== undefined) codes.set(id, code)
      else if (name === 'cellXfs') within = true
      else if (name === 'xf' && within) styles.push(id)
    },
    close: (name) => {
      if (name === 'cellXfs') within = false
    },
  })
  const shows = new Map<string, Show>()
  for (const id of new Set(styles)) shows.set(id, showBy(codes.get(id) ?? builtInCode(Number(id)), from1904))
  return styles.map((id) => shows.get(id) ?? general)
}
