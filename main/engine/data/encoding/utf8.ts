// Surveys a whole file: which of its bytes are UTF-8, and the lines that are not ASCII, for a detector.
import { isAscii, isUtf8 } from 'node:buffer'
import { readBytes } from '../bytes.ts'

interface Survey {
  /** Sequences of several bytes that are UTF-8. */
  readonly sequences: number
  /** Places where bytes are not; a sequence that the file's end cuts off is none where others are whole. */
  readonly stray: number
  /** Lines with bytes that are not ASCII, from the first on. */
  readonly sample: Uint8Array
}

/** Bytes of the sample at most, in lines of which no more than this is taken. */
const sampleBytes = 1 << 16
const lineBytes = 1 << 12

/** Errors: 'data/unreadable'. */
export async function surveyUtf8(path: string): Promise<Survey> {
  const sample = lineSampler()
  let sequences = 0
  let stray = 0
  let rest: Uint8Array = new Uint8Array()
  for await (const piece of readBytes(path)) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, piece]) : piece
    const whole = bytes.length - openEnd(bytes)
    const counted = count(bytes.subarray(0, whole))
    sequences += counted.sequences
    stray += counted.stray
    rest = bytes.slice(whole)
    sample.see(piece)
  }
  // The file's end cuts off a sequence; where there was none before it, the bytes are more likely letters of their own.
  if (rest.length > 0 && sequences === 0) stray++
  return { sequences, stray, sample: sample.take() }
}

/** Bytes at the end that begin a sequence and may go on in the next piece: three at most. */
function openEnd(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) return 0
    if (byte >= 0xc2) return back < lengthOf(byte) ? back : 0
  }
  return 0
}

const lengthOf = (lead: number): number => (lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1)

/** RFC 3629; what the first continuation byte may be keeps out overlong forms, surrogates and what Unicode lacks. */
function count(bytes: Uint8Array): Pick<Survey, 'sequences' | 'stray'> {
  let sequences = 0
  let stray = 0
  if (isAscii(bytes)) return { sequences, stray }
  const valid = isUtf8(bytes)
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte < 0x80) continue
    const length = byte < 0xc2 ? 1 : lengthOf(byte)
    if (valid || (length > 1 && isUtf8(bytes.subarray(at, at + length)))) {
      sequences++
      at += length - 1
    } else stray++
  }
  return { sequences, stray }
}

/** Gathers the first lines that are not ASCII; an escape may change the letters in ISO-2022-JP. */
function lineSampler() {
  const lines: Uint8Array[] = []
  let size = 0
  let line: Uint8Array[] = []
  let foreign = false
  const end = (): void => {
    if (foreign) {
      const bytes = Buffer.concat(line).subarray(0, lineBytes)
      lines.push(bytes)
      size += bytes.length
    }
    line = []
    foreign = false
  }
  return {
    see(piece: Uint8Array): void {
      if (size >= sampleBytes) return
      if (isAscii(piece) && !piece.includes(0x1b) && piece.includes(0x0a)) {
        if (foreign) line.push(piece.slice(0, piece.indexOf(0x0a) + 1))
        end()
        line.push(piece.slice(piece.lastIndexOf(0x0a) + 1))
        return
      }
      for (let from = 0; from < piece.length && size < sampleBytes;) {
        const newline = piece.indexOf(0x0a, from)
        const to = newline < 0 ? piece.length : newline + 1
        const part = piece.subarray(from, to)
        foreign ||= part.some((byte) => byte >= 0x80 || byte === 0x1b)
        line.push(part.slice(0, lineBytes))
        if (newline >= 0) end()
        from = to
      }
    },
    take(): Uint8Array {
      end()
      return Buffer.concat(lines).subarray(0, sampleBytes)
    },
  }
}
