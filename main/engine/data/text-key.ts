// Texts as people tell them apart: case, width, runs of white space and invisible characters do not count.
import { visible } from './invisible.ts'

const foreign = /[^\0-\x7f]/

/** White space that Unicode's compatible form (NFKC) leaves as it is. */
const isSpace = (code: number): boolean =>
  code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0x1680 || code === 0x2028 || code === 0x2029

/** 53 bits (FNV-1a and a variant): the same for texts that look the same, and hardly ever for others. */
export function textKey(text: string): number {
  const plain = (foreign.test(text) ? visible(text).normalize('NFKC') : text).toLowerCase()
  let low = 0x811c9dc5
  let high = 0x1b873593
  const mix = (code: number): void => {
    low = Math.imul(low ^ code, 0x01000193)
    high = Math.imul(high ^ code, 0x5bd1e995) ^ (high >>> 15)
  }
  let begun = false
  let gap = false
  for (let at = 0; at < plain.length; at++) {
    const code = plain.charCodeAt(at)
    if (isSpace(code)) gap = begun
    else {
      if (gap) mix(0x20)
      mix(code)
      begun = true
      gap = false
    }
  }
  return (high & 0x1fffff) * 0x100000000 + (low >>> 0)
}
