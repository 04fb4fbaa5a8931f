// Decodes a file piece by piece.
import iconv from 'iconv-lite'
import type { EncodingName } from '../../../contract/reading.ts'
import { readBytes } from '../bytes.ts'

export interface TextPiece {
  readonly text: string
  /** Bytes of the file read so far. */
  readonly bytes: number
}

/** Encodings that the WHATWG Encoding Standard, and so TextDecoder, leaves out. */
const beyondStandard: Partial<Readonly<Record<EncodingName, string>>> = {
  'utf-32le': 'utf-32le',
  'utf-32be': 'utf-32be',
  ibm437: 'cp437',
  ibm850: 'cp850',
  ibm852: 'cp852',
}

interface Decoder {
  readonly write: (bytes: Uint8Array) => string
  readonly end: () => string
}

function decoderOf(encoding: EncodingName): Decoder {
  const further = beyondStandard[encoding]
  if (further === undefined) {
    const decoder = new TextDecoder(encoding)
    return { write: (bytes) => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() }
  }
  const decoder = iconv.getDecoder(further)
  return { write: (bytes) => decoder.write(Buffer.from(bytes)), end: () => decoder.end() ?? '' }
}

/** The file's text without a byte order mark; what is invalid in its encoding becomes U+FFFD. Errors: 'data/unreadable'. */
export async function* readText(path: string, encoding: EncodingName): AsyncGenerator<TextPiece> {
  const decoder = decoderOf(encoding)
  let bytes = 0
  for await (const piece of readBytes(path)) {
    bytes += piece.length
    const text = decoder.write(piece)
    if (text !== '') yield { text, bytes }
  }
  const rest = decoder.end()
  if (rest !== '') yield { text: rest, bytes }
}

export function decodeAll(bytes: Uint8Array, encoding: EncodingName): string {
  const decoder = decoderOf(encoding)
  return decoder.write(bytes) + decoder.end()
}
