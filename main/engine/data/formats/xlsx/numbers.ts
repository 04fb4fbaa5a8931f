// How a workbook shows numbers: a function for each format code.
import { dateOf } from './dates.ts'

export type Show = (value: number) => string

/** Excel shows no more digits than these, and hides what binary fractions add behind them. */
export const general: Show = (value) => String(Number(value.toPrecision(15)))

/** Codes that files name only by number; those of dates say only which parts are shown. */
const builtIn: Readonly<Record<number, string>> = {
  1: '0',
  2: '0.00',
  3: '#,##0',
  4: '#,##0.00',
  9: '0%',
  10: '0.00%',
  22: 'yyyy-mm-dd hh:mm',
  37: '#,##0',
  38: '#,##0',
  39: '#,##0.00',
  40: '#,##0.00',
}
const days: readonly (readonly [number, number])[] = [
  [14, 17],
  [27, 36],
  [50, 58],
]
const times: readonly (readonly [number, number])[] = [
  [18, 21],
  [45, 47],
]

/** The code of a format that the file does not spell out. */
export function builtInCode(id: number): string {
  const within = ([from, to]: readonly [number, number]): boolean => id >= from && id <= to
  if (days.some(within)) return 'yyyy-mm-dd'
  if (times.some(within)) return 'hh:mm:ss'
  return builtIn[id] ?? 'General'
}

interface Part {
  readonly literal: boolean
  readonly text: string
}

const token = /"([^"]*)"?|\\(.)|\[\$([^\]-]*)[^\]]*\]|\[([^\]]*)\]|[_*](?:.|$)|([^"\\[_*]+)/gsu

/** The first section of a code, which is for positive numbers, in its literal and its own parts. */
function partsOf(code: string): Part[] {
  const parts: Part[] = []
  for (const [, quoted, escaped, currency, bracket, own] of code.matchAll(token)) {
    const literal = quoted ?? escaped ?? currency
    if (literal !== undefined) parts.push({ literal: true, text: literal })
    // Hours that go on behind 24; other brackets hold colours and conditions.
    else if (bracket !== undefined)
      parts.push({ literal: false, text: /^[hms]+$/i.test(bracket) ? `[${bracket}]` : '' })
    else if (own !== undefined) {
      const end = own.indexOf(';')
      parts.push({ literal: false, text: end < 0 ? own : own.slice(0, end) })
      if (end >= 0) break
    }
  }
  return parts
}

/** Dates as 2026-03-01 14:30, numbers with the digits, percent and currency signs of their code. */
export function showBy(code: string, from1904: boolean): Show {
  const parts = partsOf(code)
  const own = parts.flatMap(({ literal, text }) => (literal ? [] : [text])).join('')
  if (/general|@/i.test(own)) return general
  if (/[ymdhs]/i.test(own)) {
    const shown = { day: /[yd]/i.test(own) || !/[hs]/i.test(own), time: /[hs]/i.test(own), total: /\[h/i.test(own) }
    return (value) => dateOf(value, shown, from1904) ?? general(value)
  }
  return digits(parts, own) ?? general
}

/** Undefined for codes of powers, fractions and thousands, whose numbers are shown plainly. */
function digits(parts: readonly Part[], own: string): Show | undefined {
  const [placeholders, whole = '', fraction = ''] = /([#0?,]*)(?:\.([#0?]*))?/.exec(own.replace(/^[^#0?]*/, '')) ?? []
  if (!placeholders || /[e/]/i.test(own) || whole.endsWith(',')) return undefined
  const percent = own.includes('%')
  const format = new Intl.NumberFormat('en-US', {
    useGrouping: whole.includes(','),
    minimumIntegerDigits: Math.min(20, Math.max(1, whole.replace(/[^0]/g, '').length)),
    minimumFractionDigits: Math.min(15, fraction.replace(/[^0]/g, '').length),
    maximumFractionDigits: Math.min(15, fraction.length),
  })
  const at = parts.findIndex(({ literal, text }) => !literal && /[#0?]/.test(text))
  const [, lead = '', trail = ''] = /^([^#0?]*)[#0?.,]*(.*)$/s.exec(parts[at]?.text ?? '') ?? []
  const words = (some: readonly Part[]): string =>
    some.map(({ literal, text }) => (literal ? text : text.replace(/[^$€£¥%\s-]/g, ''))).join('')
  const before = words([...parts.slice(0, at), { literal: false, text: lead }]).trimStart()
  const after = words([{ literal: false, text: trail }, ...parts.slice(at + 1)]).trimEnd()
  return (value) => {
    const shown = format.format(Math.abs(percent ? value * 100 : value))
    return `${value < 0 ? '-' : ''}${before}${shown}${after}`
  }
}
