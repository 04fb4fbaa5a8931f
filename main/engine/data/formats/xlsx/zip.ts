// The files in a zip archive, each unpacked as a stream; every length that the archive states is checked before use.
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { createInflateRaw, crc32 } from 'node:zlib'
import { StudioError, studioError } from '../../../../contract/errors/index.ts'
import type { FileSource } from '../format.ts'

interface Entry {
  readonly stored: boolean
  readonly packed: number
  readonly size: number
  readonly crc: number
  readonly offset: number
}

export interface UnpackedPiece {
  readonly bytes: Uint8Array
  /** Bytes of the archive read so far. */
  readonly read: number
}

export interface Archive {
  has(name: string): boolean
  /** A file's bytes, `maxBytes` at most. Errors: 'data/damaged', 'data/too-large', 'data/unreadable'. */
  unpack(name: string, maxBytes: number): AsyncGenerator<UnpackedPiece>
}

const endMark = 0x06054b50
const entryMark = 0x02014b50
const fileMark = 0x04034b50
const endLength = 22
const entryLength = 46
const fileLength = 30
const maxComment = 0xffff
/** Bytes of the directory at most: a workbook has some dozens of files. */
const maxDirectory = 8 << 20
/** Stands for a value that does not fit into 32 bits. */
const in64Bits = 0xffffffff
const chunkSize = 1 << 16

/** Reads the archive's directory. Errors: 'data/damaged', 'data/unreadable'. */
export async function openZip(source: FileSource): Promise<Archive> {
  const file = await open(source.path, 'r').catch(unreadable(source))
  const entries = new Map<string, Entry>()
  let total: number
  try {
    total = (await file.stat()).size
    const directory = await readDirectory(source, file)
    for (const { name, entry } of directory.entries) entries.set(name.toLowerCase(), entry)
  } finally {
    await file.close()
  }
  return {
    has: (name) => entries.has(name.toLowerCase()),
    unpack: async function* (name, maxBytes) {
      for await (const piece of unpack(source, entries.get(name.toLowerCase()), maxBytes)) {
        source.watch?.(piece.read, total)
        yield piece
      }
    },
  }
}

const unreadable =
  ({ path }: Pick<FileSource, 'path'>) =>
  (error: unknown): never => {
    throw studioError('data/unreadable', path, error instanceof Error ? error.message : String(error))
  }

export interface Directory {
  /** In the directory's order, each with its bytes there. */
  readonly entries: readonly { readonly name: string; readonly entry: Entry; readonly bytes: Uint8Array }[]
  /** Where it begins in the archive. */
  readonly from: number
}

/** Errors: 'data/damaged', 'data/unreadable'. */
export async function readDirectory(source: Pick<FileSource, 'name' | 'path'>, file: FileHandle): Promise<Directory> {
  const damaged = (): Error => studioError('data/damaged', source.name, 'its end is missing')
  const { size } = await file.stat()
  const read = async (from: number, length: number): Promise<DataView> => {
    const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, from).catch(unreadable(source))
    return new DataView(buffer.buffer, 0, bytesRead)
  }
  const tail = await read(Math.max(0, size - endLength - maxComment), Math.min(size, endLength + maxComment))
  let at = tail.byteLength - endLength
  while (at >= 0 && tail.getUint32(at, true) !== endMark) at--
  if (at < 0) throw damaged()
  const length = tail.getUint32(at + 12, true)
  const from = tail.getUint32(at + 16, true)
  if (length > maxDirectory || from + length > size) throw damaged()
  const directory = await read(from, length)
  const entries: Directory['entries'][number][] = []
  for (let next = 0; next + entryLength <= directory.byteLength;) {
    if (directory.getUint32(next, true) !== entryMark) break
    const { name, entry, end } = readEntry(directory, next)
    if (end > directory.byteLength) throw damaged()
    entries.push({ name, entry, bytes: new Uint8Array(directory.buffer, next, end - next) })
    next = end
  }
  return { entries, from }
}

function readEntry(view: DataView, at: number): { name: string; entry: Entry; end: number } {
  const nameLength = view.getUint16(at + 28, true)
  const extraLength = view.getUint16(at + 30, true)
  const extraAt = at + entryLength + nameLength
  const end = extraAt + extraLength + view.getUint16(at + 32, true)
  const left = Math.max(0, Math.min(nameLength, view.byteLength - at - entryLength))
  const name = new TextDecoder().decode(new Uint8Array(view.buffer, at + entryLength, left))
  const [size = 0, packed = 0, offset = 0] = wide(view, extraAt, Math.min(extraAt + extraLength, view.byteLength), [
    view.getUint32(at + 24, true),
    view.getUint32(at + 20, true),
    view.getUint32(at + 42, true),
  ])
  const stored = view.getUint16(at + 10, true) === 0
  return { name, entry: { stored, packed, size, crc: view.getUint32(at + 16, true), offset }, end }
}

/** Values that do not fit into 32 bits are in an extra field of kind 1, one after the other. */
function wide(view: DataView, from: number, end: number, values: readonly number[]): readonly number[] {
  if (!values.includes(in64Bits)) return values
  let at = from
  while (at + 4 <= end && view.getUint16(at, true) !== 1) at += 4 + view.getUint16(at + 2, true)
  at += 4
  return values.map((value) => {
    if (value !== in64Bits || at + 8 > end) return value
    at += 8
    return Number(view.getBigUint64(at - 8, true))
  })
}

async function* unpack(source: FileSource, entry: Entry | undefined, maxBytes: number): AsyncGenerator<UnpackedPiece> {
  const damaged = (): Error => studioError('data/damaged', source.name, 'a part of it is broken')
  const from = entry && (await contentOf(source, entry))
  if (!entry || from === undefined) throw damaged()
  let size = 0
  let crc = 0
  if (entry.packed > 0) {
    const packed = createReadStream(source.path, { start: from, end: from + entry.packed - 1 })
    // Its errors come out of the stream.
    const unpacked = entry.stored ? packed : pipeline(packed, createInflateRaw({ chunkSize }), () => undefined)
    try {
      for await (const bytes of unpacked as AsyncIterable<Uint8Array>) {
        size += bytes.length
        if (size > maxBytes) throw studioError('data/too-large', source.name)
        crc = crc32(bytes, crc)
        yield { bytes, read: from + packed.bytesRead }
        // Pieces that are ready come without a turn of the event loop.
        await setImmediate()
      }
    } catch (error) {
      if (error instanceof StudioError) throw error
      throw (error as NodeJS.ErrnoException).code?.startsWith('Z_') === true ? damaged() : unreadable(source)(error)
    } finally {
      packed.destroy()
    }
  }
  if (crc !== entry.crc || size !== entry.size) throw damaged()
}

/** Where an entry's bytes begin; undefined where there is no such place. */
async function contentOf(source: FileSource, { offset, packed }: Entry): Promise<number | undefined> {
  const file = await open(source.path, 'r').catch(unreadable(source))
  try {
    const { size } = await file.stat()
    if (offset + fileLength + packed > size) return undefined
    const { buffer } = await file.read(new Uint8Array(fileLength), 0, fileLength, offset).catch(unreadable(source))
    const view = new DataView(buffer.buffer)
    if (view.getUint32(0, true) !== fileMark) return undefined
    const from = offset + fileLength + view.getUint16(26, true) + view.getUint16(28, true)
    return from + packed > size ? undefined : from
  } finally {
    await file.close()
  }
}
