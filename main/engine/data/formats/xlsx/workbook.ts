// What a workbook's sheets share: their places, the strings, and how numbers are shown.
import { posix } from 'node:path'
import { studioError } from '../../../../contract/errors/index.ts'
import { builtInCode, general, type Show, showBy } from './numbers.ts'
import { BrokenXml, createXmlReader, type XmlHandlers } from './xml.ts'
import type { Archive } from './zip.ts'

export interface Sheet {
  /** As its tab shows it. */
  readonly name: string
  readonly hidden: boolean
  /** The name of its file in the archive. */
  readonly part: string
}

export interface Workbook {
  /** In order. */
  readonly sheets: readonly Sheet[]
  readonly strings: readonly string[]
  /** By a cell's style. */
  readonly shows: readonly Show[]
}

const maxPartBytes = 64 << 20
/** Bytes of the shared strings' file, and characters of all of them, at most: they are in memory all at once. */
const maxStringsBytes = 512 << 20
const maxStringsCharacters = 128 << 20
const maxStrings = 1 << 24

/** Files that only the workbooks of other programs have. */
const otherKinds = [
  ['xl/workbook.bin', 'a binary Excel workbook'],
  ['content.xml', 'an OpenDocument file'],
  ['Index/Document.iwa', 'a Numbers table'],
] as const

/** Errors: 'data/not-workbook', 'data/other-workbook', 'data/damaged', 'data/too-large', 'data/unreadable'. */
export async function readWorkbook(name: string, archive: Archive): Promise<Workbook> {
  const read = partReader(name, archive)
  const [book] = [...(await relations(read, '')).values()].filter(({ type }) => type.endsWith('/officeDocument'))
  const path = book?.target ?? 'xl/workbook.xml'
  const other = otherKinds.find(([part]) => archive.has(part) || path === part)
  if (other) throw studioError('data/other-workbook', name, other[1])
  if (!archive.has(path)) throw studioError('data/not-workbook', name)
  const { sheets, from1904 } = await readBook(read, path)
  const parts = await relations(read, path)
  const target = (kind: string): string => [...parts.values()].find(({ type }) => type.endsWith(kind))?.target ?? ''
  return {
    sheets: sheets.flatMap(({ id, ...sheet }) => {
      const part = parts.get(id)?.target
      return part !== undefined && archive.has(part) ? [{ ...sheet, part }] : []
    }),
    strings: await readStrings(read, target('/sharedStrings'), name),
    shows: await readShows(read, target('/styles'), from1904),
  }
}

type Read = (part: string, handlers: XmlHandlers, maxBytes?: number) => Promise<void>

const partReader =
  (name: string, archive: Archive): Read =>
  async (part, handlers, maxBytes = maxPartBytes) => {
    if (!archive.has(part)) return
    try {
      const reader = createXmlReader(handlers)
      for await (const { bytes } of archive.unpack(part, maxBytes)) reader.write(bytes)
      reader.end()
    } catch (error) {
      throw error instanceof BrokenXml ? studioError('data/damaged', name, 'a part of it is broken') : error
    }
  }

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

type NamedSheet = Omit<Sheet, 'part'> & { readonly id: string }

async function readBook(read: Read, path: string): Promise<{ sheets: readonly NamedSheet[]; from1904: boolean }> {
  const sheets: NamedSheet[] = []
  let from1904 = false
  await read(path, {
    open: (name, attributes) => {
      if (name === 'workbookPr') from1904 = isTrue(attributes['date1904'])
      if (name !== 'sheet') return
      const id = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1]
      const hidden = (attributes['state'] ?? 'visible') !== 'visible'
      if (id !== undefined) sheets.push({ id, name: attributes['name'] ?? '', hidden })
    },
  })
  return { sheets, from1904 }
}

export const isTrue = (value: string | undefined): boolean => value === '1' || value === 'true'

async function readStrings(read: Read, part: string, file: string): Promise<string[]> {
  const strings: string[] = []
  let characters = 0
  const rich = gatherRich()
  const handlers: XmlHandlers = {
    open: rich.open,
    text: rich.text,
    close: (name) => {
      rich.close(name)
      if (name !== 'si') return
      const text = rich.take()
      characters += text.length
      if (characters > maxStringsCharacters || strings.length >= maxStrings) throw studioError('data/too-large', file)
      strings.push(text)
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

/** Whether cells of the sheet have notes or comments. Errors: those of `readWorkbook`. */
export async function hasComments(name: string, archive: Archive, { part }: Sheet): Promise<boolean> {
  const found = await relations(partReader(name, archive), part)
  return [...found.values()].some(({ type }) => /\/(comments|threadedComment)$/.test(type))
}
