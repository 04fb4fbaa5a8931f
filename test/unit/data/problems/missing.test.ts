// Words for missing values and characters that nobody sees: told with their rows, and mended in the right order.
import { describe, expect, it } from 'vitest'
import { invisibleIn, visible } from '../../../../main/engine/data/invisible.ts'
import type { Finding } from '../../../../main/engine/data/problems/check.ts'
import { isMissing } from '../../../../main/engine/data/problems/missing.ts'
import { createProfiler } from '../../../../main/engine/data/profile.ts'

type Row = readonly [text: string, label: string]
const good: readonly Row[] = Array.from({ length: 8 }, (_, i): Row => [`message ${String(i)}`, i % 2 === 0 ? 'x' : 'y'])

async function findings(...rows: readonly Row[]): Promise<ReadonlyMap<string, Finding>> {
  const profiler = createProfiler({ maxTokens: 256, tokens: 16 })
  for (const [i, [text, label]] of [...good, ...rows].entries()) profiler.see({ row: i + 1, text, label })
  return (await profiler.finish()).findings
}
const labels = (finding: Finding | undefined) => (finding?.fix?.kind === 'relabel' ? finding.fix.labels : undefined)

describe('words for a missing value', () => {
  it.each([
    'NaN',
    'nan',
    'None',
    'null',
    'NULL',
    'N/A',
    'n/a',
    'NA',
    '<NA>',
    '#N/A',
    '\\N',
    '-',
    '—',
    '\u200b',
    'Ｎ／Ａ',
  ])('are found: %j', (word) => {
    expect(isMissing(word)).toBe(true)
  })

  it.each(['', ' ', 'no', 'nano', 'a-b', 'none of these', 'null pointer', '0'])(
    'are not all short words: %j',
    (word) => {
      expect(isMissing(word)).toBe(false)
    },
  )

  it('as answers are told before anything else is done with them, and stay where nobody clicks', async () => {
    const found = await findings(['a', 'None'], ['b', 'NaN'], ['c', 'NaN'], ['d', 'none'])
    expect(found.get('missing-label')).toMatchObject({
      rows: [9, 10, 11, 12],
      title: '4 rows have an answer that may stand for no answer: “None”, “NaN”, “none”',
      fix: { kind: 'exclude' },
    })
    expect(found.get('missing-label')?.explanation).toContain('Where they are real, leave them')
    expect([...found.keys()]).toEqual(['missing-label', 'label-spelling', 'rare-labels'])
  })

  it('as texts are told, beside those that have none at all', async () => {
    const found = await findings(['#N/A', 'x'], ['', 'x'], ['\u200b', 'y'])
    expect(found.get('missing-text')?.rows).toEqual([9, 11])
    expect(found.get('empty-text')?.rows).toEqual([10])
  })
})

describe('invisible characters', () => {
  it.each([
    ['zero-width characters', 'bil\u200bling'],
    ['byte order marks', '\ufeffbilling'],
    ['direction marks', 'billing\u200e'],
    ['direction marks', '\u2066billing\u2069'],
    ['soft hyphens', 'bil\u00adling'],
    ['control characters', 'bill\x00ing'],
  ])('are found and removed: %s', (kind, text) => {
    expect([...invisibleIn(text)]).toEqual([kind])
    expect(visible(text)).toBe('billing')
  })

  it('that are spaces become spaces', () => {
    expect(visible('in\u00a0stock')).toBe('in stock')
    expect(visible('one\u2003two')).toBe('one two')
  })

  it.each([
    ['Persian', 'می\u200cخواهم'],
    ['Hindi', 'क्\u200dष'],
    ['emoji', '👩\u200d💻 and 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'],
    ['line breaks and tabs', 'one\r\n\ttwo'],
    ['Arabic', 'الفاتورة رقم 0 غير صحيحة'],
  ])('are not those that spelling needs: %s', (_, text) => {
    expect(invisibleIn(text).size).toBe(0)
    expect(visible(text)).toBe(text)
  })

  it('in answers are mended before spelling and rarity', async () => {
    const found = await findings(['a', 'x\u200b'], ['b', '\u00adX'], ['c', 'x'])
    expect([...found.keys()]).toEqual(['invisible-label', 'label-spelling'])
    expect(labels(found.get('invisible-label'))).toEqual(
      new Map([
        ['x\u200b', 'x'],
        ['\u00adX', 'X'],
      ]),
    )
  })

  it('in texts are told with their kinds, and the same text with and without them is one', async () => {
    const found = await findings(['mes\u00adsage 0', 'x'], ['new\u00a0one', 'y'])
    expect(found.get('invisible-text')).toMatchObject({ rows: [9, 10], fix: { kind: 'rewrite' } })
    expect(found.get('invisible-text')?.explanation).toContain('soft hyphens, non-breaking or unusual spaces')
    expect(found.get('duplicates')?.rows).toEqual([9])
  })
})

describe('answers that differ only as computers see them', () => {
  it.each([
    ['case', 'Café', 'CAFÉ'],
    ['composed and decomposed letters', 'caf\u00e9', 'cafe\u0301'],
    ['full width', 'ＡＢＣ', 'ABC'],
    ['spaces', 'in  stock', 'in stock'],
    ['ligatures', 'ﬁne', 'fine'],
    ['German sharp s', 'STRASSE', 'straße'],
    ['Greek final sigma', 'ΛΟΓΟΣ', 'λόγος'.normalize('NFD').replace(/\u0301/g, '')],
  ])('are one: %s', async (_, usual, other) => {
    const found = await findings(['a', usual], ['b', usual], ['c', other])
    expect(labels(found.get('label-spelling'))).toEqual(new Map([[other, usual]]))
  })
})
