// Copies a zip archive with one of its files replaced; the bytes of all other files stay as they are (APPNOTE.TXT 6.3).
import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { crc32, createDeflateRaw } from 'node:zlib'
import { studioError } from '../../contract/errors/index.ts'
import { type Directory, readDirectory } from '../data/formats/xlsx/zip.ts'

const fileLength = 30
const entryLength = 46
const endLength = 22
const pieceSize = 1 << 18
const in64Bits = 0xffffffff
/** General purpose bit 3: sizes stand behind the content instead of before it. */
const sizesBehind = 8

type Entry = Directory['entries'][number]

/**
 * `content`: the new bytes of the file `part`. Errors: 'data/damaged', 'data/unreadable', 'data/too-large' where the archive
 * needs the 64-bit form; those of the content.
 */
export async function replacePart(
  { source, target, part }: { readonly source: string; readonly target: string; readonly part: string },
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  const name = basename(source)
  const from = await open(source, 'r')
  try {
    const to = await open(target, 'w', 0o600)
    try {
      const directory = await readDirectory({ name, path: source }, from)
      const out = createWriter(to)
      const written: Uint8Array[] = []
      for (const { entry, end } of inPlace(directory)) {
        const at = out.at()
        if (at >= in64Bits) throw studioError('data/too-large', name)
        if (entry.name.toLowerCase() === part.toLowerCase())
          written.push(await writePart(name, out, to, entry, content))
        else {
          await copy(from, entry.entry.offset, end, out)
          written.push(moved(name, entry, at))
        }
      }
      await writeDirectory(out, written)
      await to.sync()
    } finally {
      await to.close()
    }
  } finally {
    await from.close()
  }
}

/** The entries as they lie in the archive, each with the place behind it. */
function inPlace({ entries, from }: Directory): { readonly entry: Entry; readonly end: number }[] {
  const sorted = entries.toSorted((a, b) => a.entry.offset - b.entry.offset)
  return sorted.map((entry, i) => ({ entry, end: sorted[i + 1]?.entry.offset ?? from }))
}

function createWriter(file: FileHandle) {
  let at = 0
  return {
    at: () => at,
    async write(bytes: Uint8Array): Promise<void> {
      for (let done = 0; done < bytes.length;)
        done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten
      at += bytes.length
    },
  }
}

type Writer = ReturnType<typeof createWriter>

async function copy(file: FileHandle, from: number, end: number, out: Writer): Promise<void> {
  const buffer = new Uint8Array(pieceSize)
  for (let at = from; at < end;) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(pieceSize, end - at), at)
    if (bytesRead === 0) return
    await out.write(buffer.subarray(0, bytesRead))
    at += bytesRead
  }
}

/** An entry of the directory with another offset. */
function moved(name: string, { bytes }: Entry, offset: number): Uint8Array {
  const entry = bytes.slice()
  const view = new DataView(entry.buffer)
  if (view.getUint32(42, true) === in64Bits) throw studioError('data/too-large', name)
  view.setUint32(42, offset, true)
  return entry
}

/** Writes the new content behind its header; gives its entry in the directory. */
async function writePart(
  archive: string,
  out: Writer,
  file: FileHandle,
  { bytes }: Entry,
  content: AsyncIterable<Uint8Array>,
): Promise<Uint8Array> {
  const nameLength = new DataView(bytes.buffer, bytes.byteOffset).getUint16(28, true)
  // Without extra fields and comment: they may describe the old content.
  const entry = bytes.slice(0, entryLength + nameLength)
  const view = new DataView(entry.buffer)
  const at = out.at()
  await out.write(new Uint8Array(fileLength + nameLength))
  const begin = out.at()
  let [size, crc] = [0, 0]
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of content) {
      size += piece.length
      crc = crc32(piece, crc)
      yield piece
    }
  }
  const unpacked = Readable.from(counted(), { objectMode: false })
  const packed = createDeflateRaw()
  unpacked.on('error', (error) => packed.destroy(error))
  for await (const piece of unpacked.pipe(packed) as AsyncIterable<Uint8Array>) await out.write(piece)
  if (size >= in64Bits || out.at() >= in64Bits) throw studioError('data/too-large', archive)
  view.setUint16(8, view.getUint16(8, true) & ~sizesBehind, true)
  view.setUint16(10, 8, true)
  view.setUint32(16, crc, true)
  view.setUint32(20, out.at() - begin, true)
  view.setUint32(24, size, true)
  view.setUint16(30, 0, true)
  view.setUint16(32, 0, true)
  view.setUint32(42, at, true)
  await file.write(localHeader(entry, nameLength), 0, fileLength + nameLength, at)
  return entry
}

/** What stands before a file's content: the fields of its entry that both have, in the same order. */
function localHeader(entry: Uint8Array, nameLength: number): Uint8Array {
  const header = new Uint8Array(fileLength + nameLength)
  new DataView(header.buffer).setUint32(0, 0x04034b50, true)
  header.set(entry.subarray(6, 30), 4)
  header.set(entry.subarray(entryLength, entryLength + nameLength), fileLength)
  return header
}

async function writeDirectory(out: Writer, entries: readonly Uint8Array[]): Promise<void> {
  const from = out.at()
  for (const entry of entries) await out.write(entry)
  const end = new DataView(new ArrayBuffer(endLength))
  end.setUint32(0, 0x06054b50, true)
  end.setUint16(8, entries.length, true)
  end.setUint16(10, entries.length, true)
  end.setUint32(12, out.at() - from, true)
  end.setUint32(16, from, true)
  await out.write(new Uint8Array(end.buffer))
}
