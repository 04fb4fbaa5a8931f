// The checks that guard a verdict: personal data, answers that stand in the text, cut texts, rare answers.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { personalIn } from '../../../../main/engine/data/personal.ts'
import { createProfiler } from '../../../../main/engine/data/profile.ts'
import type { Finding } from '../../../../main/engine/data/problems/check.ts'

type Row = readonly [text: string, label: string]
const findings = async (rows: readonly Row[]): Promise<ReadonlyMap<string, Finding>> => {
  const profiler = createProfiler({ maxTokens: 512, tokens: 16 })
  rows.forEach(([text, label], row) => {
    profiler.see({ row, text, label })
  })
  return (await profiler.finish()).findings
}

/** A number with the check digit that makes Luhn's sum whole. */
const withCheckDigit = (digits: string): string => {
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (2 - (i % 2))
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return digits + String((10 - (sum % 10)) % 10)
}
const digits = (length: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((some) => some.join(''))
const german = digits(18).map((account) => {
  const check = 98n - (BigInt(`${account}131400`) % 97n)
  return `DE${String(check).padStart(2, '0')}${account}`
})
const fours = (text: string): string => text.replace(/.{4}(?=.)/g, '$& ')
/** Words without digits or signs, as text around. */
const prose = fc.stringMatching(/^[a-z ,.]{0,30}$/)

describe('personal data', () => {
  it.each([
    ['write to anna.berg+list@example.co.uk today', ['e-mail address']],
    ['call +49 30 1234567 or (555) 123-4567', ['phone number']],
    ['Tel. 030/1234567', ['phone number']],
    ['my card 4111 1111 1111 1111 was declined', ['card number']],
    ['GB82 WEST 1234 5698 7654 32 is my account', ['bank account']],
    ['order 4111 1111 1111 1112 of 2026-11-23, 10:15, 1,234.56 EUR', []],
    ['an @ alone, a.b@c, and 1.2.3.4', []],
    ['GB82 WEST 1234 5698 7654 33', []],
    ['from 2019 to 2024 it rose by 12 345 678 units', []],
  ])('in "%s"', (text, kinds) => {
    expect(personalIn(text)).toEqual(kinds)
  })

  it('is found in any text around it, a card and an account by their check digits', () => {
    fc.assert(
      fc.property(prose, prose, digits(14), german, (before, after, number, account) => {
        const card = withCheckDigit(`4${number}`)
        expect(personalIn(`${before} ${fours(card)} ${after}`)).toContain('card number')
        expect(personalIn(`${before} ${card} ${after}`)).toContain('card number')
        expect(personalIn(`${before} ${fours(account)}, ${after}`)).toContain('bank account')
        const last = Number(account.at(-1))
        expect(personalIn(`${account.slice(0, -1)}${String((last + 1) % 10)}`)).not.toContain('bank account')
        const wrong = card.slice(0, -1) + String((Number(card.at(-1)) + 1) % 10)
        expect(personalIn(wrong)).not.toContain('card number')
        expect(personalIn(`${before} ${after}`)).toEqual([])
      }),
    )
  })

  it('takes any text, however long its runs, in linear time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        personalIn(text)
      }),
    )
    const start = performance.now()
    for (const run of ['a', '1', '1 ', '0-', '@a.', 'DE12 ', '+1(']) personalIn(run.repeat(50_000))
    expect(performance.now() - start).toBeLessThan(2000)
  })

  it('is reported with its kinds', async () => {
    const found = (
      await findings([
        ['mail a@example.com', 'x'],
        ['nothing', 'y'],
        ['call +44 20 7946 0958', 'y'],
      ])
    ).get('personal-data')
    expect(found).toMatchObject({
      rows: [0, 2],
      title: '2 rows likely hold personal data: e-mail addresses, phone numbers',
    })
  })
})

describe('an answer in the text', () => {
  it('is found as whole words, whatever its case and hyphens', async () => {
    const found = await findings([
      ['I want a Late-Delivery refund', 'late delivery'],
      ['refunded', 'refund'],
      ['nothing here', 'late delivery'],
      ['no way', 'no'],
    ])
    expect(found.get('answer-in-text')?.rows).toEqual([0])
  })

  it('is found wherever it stands', async () => {
    await fc.assert(
      fc.asyncProperty(prose, prose, fc.stringMatching(/^[A-Z]{3,8}$/), async (before, after, label) => {
        expect((await findings([[`${before} ${label} ${after}`, label]])).get('answer-in-text')?.rows).toEqual([0])
        expect((await findings([[`${before} x${label} ${after}`, label]])).get('answer-in-text')?.rows ?? []).toEqual(
          ` ${before} x ${after} `.toUpperCase().match(new RegExp(`[^A-Z]${label}[^A-Z]`)) ? [0] : [],
        )
      }),
    )
  })

  it('is no matter where few rows have one', async () => {
    const rows = Array.from({ length: 100 }, (_, i): Row => [i === 0 ? 'about sport' : `text ${i}`, 'sport'])
    expect((await findings(rows)).has('answer-in-text')).toBe(false)
  })
})

describe('cut texts', () => {
  it('are the many that end at the same greatest length', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 60, maxLength: 120 }),
        async (lengths) => {
          const rows = lengths.map((length, i): Row => [`${i} ${'x'.repeat(500)}`.slice(0, Math.min(length, 200)), 'a'])
          const cut = [...lengths.keys()].filter((i) => (lengths[i] ?? 0) >= 200)
          fc.pre(cut.length > 20)
          expect((await findings(rows)).get('truncated')?.rows).toEqual(cut)
        },
      ),
    )
  })

  it('are not those of every length, nor short ones', async () => {
    const rows = Array.from({ length: 300 }, (_, i): Row => [`${i} `.padEnd(100 + (i % 40), 'x'), 'a'])
    expect((await findings(rows)).has('truncated')).toBe(false)
    expect((await findings(rows.map(([text]) => [text.slice(0, 20), 'a']))).has('truncated')).toBe(false)
  })
})

describe('rare answers', () => {
  it('are reported with their rows where the most frequent has ten times as many', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 6 }), async (usual, rare) => {
        const rows = Array.from({ length: usual + rare }, (_, i): Row => [`text ${i}`, i < usual ? 'usual' : 'rare'])
        const found = (await findings(rows)).get('imbalance')
        const expected = rare >= 3 && usual >= 10 * rare
        expect(found?.rows.length ?? 0).toBe(expected ? rare : 0)
      }),
    )
  })
})

describe('all checks together', () => {
  it('see a hundred thousand rows in a moment', async () => {
    const start = performance.now()
    await findings(
      Array.from({ length: 100_000 }, (_, i): Row => [
        `order ${i} of 2026-11-${10 + (i % 20)} came late, mail me@host${i}.example.com or +49 30 ${1_000_000 + i}`,
        `label ${i % 50}`,
      ]),
    )
    expect(performance.now() - start).toBeLessThan(15_000)
  })
})
