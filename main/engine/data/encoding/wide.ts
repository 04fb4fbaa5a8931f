// Encodings of two or four bytes a character, by their mark or by what the bytes make.
import { isUtf8 } from 'node:buffer'
import type { EncodingName } from '../../../contract/reading.ts'
import { decodeAll } from './decode.ts'

/** UTF-32's little-endian mark begins with UTF-16's. */
const marks: readonly (readonly [EncodingName, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

/** The encoding whose byte order mark the file begins with. */
export const markedEncoding = (start: Uint8Array): EncodingName | undefined =>
  marks.find(([, mark]) => mark.every((byte, i) => start[i] === byte))?.[0]

/** Control characters above which bytes are no text of one byte a character, as a share; a stray one does no harm. */
const maxControls = 0.005
const maxStray = 2
/** Share of them below which bytes that are UTF-8 but for NUL characters are no wide text. */
const minControls = 0.1
/** Share of characters that no text has, in a text of two or four bytes a character. */
const maxOdd = 0.02

/** Bytes below 32 that a text has: white space, the separators of tables, and the escape of ISO-2022-JP. */
const usualControls = new Set([0x01, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f])
/** NUL bytes are none of them, as they may fill up fields. */
const isControl = (byte: number): boolean => byte < 0x20 && byte > 0 && !usualControls.has(byte)

/** Whether bytes without a mark are text of one byte a character, or of several that are never below 32. */
export function isText(start: Uint8Array): boolean {
  let controls = 0
  let zeros = 0
  for (const byte of start) {
    if (byte === 0) zeros++
    else if (isControl(byte)) controls++
  }
  return controls <= mostControls(start) && zeros <= start.length / 4
}

const mostControls = ({ length }: Uint8Array): number => Math.max(maxStray, maxControls * length)

/** UTF-16 or UTF-32 without a byte order mark: many bytes are control characters or zero, but few characters are odd. */
export function wideEncoding(start: Uint8Array): EncodingName | undefined {
  const strange = start.filter((byte) => byte === 0 || isControl(byte)).length
  if (strange <= mostControls(start) || (strange < minControls * start.length && isUtf8(start))) return undefined
  const candidates = (['utf-32le', 'utf-32be', 'utf-16le', 'utf-16be'] as const).map((encoding) => ({
    encoding,
    odd: oddShare(
      decodeAll(start.subarray(0, encoding.startsWith('utf-32') ? start.length & ~3 : start.length & ~1), encoding),
    ),
  }))
  const best = candidates.reduce((least, each) => (each.odd < least.odd ? each : least))
  return best.odd <= maxOdd ? best.encoding : undefined
}

/** The share of characters that texts do not have: control, private, unpaired, unassigned. A text has spaces, too. */
function oddShare(text: string): number {
  if (!/[\t\n\r ,;\u3000。，]/.test(text)) return 1
  const odd = text.match(/[\p{Cn}\p{Co}\p{Cs}\ufffd]|(?![\t\n\r])\p{Cc}/gu)?.length ?? 0
  return odd / Math.max(1, text.length)
}
