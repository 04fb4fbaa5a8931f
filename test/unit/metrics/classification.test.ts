// Figures, sampling and stop strings.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { macroF1 } from '../../../main/engine/metrics/classification.ts'
import { measured, metrics } from '../../../main/engine/metrics/index.ts'
import type { Answered } from '../../../main/engine/metrics/metric.ts'
import { sample } from '../../../main/engine/evaluate/sampling.ts'
import { watchStops } from '../../../main/engine/evaluate/stop-strings.ts'
import { createRandom } from '../../../main/engine/random.ts'

const answered = (pairs: string): { label: string; predicted: string }[] =>
  pairs.split(' ').map(([label = '', predicted = '']) => ({ label, predicted }))

const accuracy = (rows: readonly Answered[]): number | undefined =>
  measured([metrics.accuracy], rows, []).metrics.accuracy

describe('accuracy and macro-F1', () => {
  it.each([
    // Pairs of label and prediction; accuracy_score and f1_score(average="macro") of scikit-learn 1.9.1.
    ['aa ab aa bb bc cc cc ca aa bb', 0.7, 0.6944444444444443],
    ['aa aa ab ba bb cc cc cc ca ac dd da bd dd cd ee', 0.5625, 0.6165079365079364],
    ['ab bc ca ab', 0, 0],
    ['aa aa bb bd', 0.75, 0.5555555555555555],
  ])('are those of scikit-learn: %s', (pairs, expectedAccuracy, expectedF1) => {
    const rows = answered(pairs)
    expect(accuracy(rows)).toBeCloseTo(expectedAccuracy, 12)
    expect(macroF1(rows, ['a', 'b', 'c', 'd', 'e', 'f'])).toBeCloseTo(expectedF1, 12)
  })

  it('leave a label out that is neither there nor predicted, and are 0 for no rows', () => {
    expect(macroF1(answered('aa bb'), ['a', 'b', 'c'])).toBe(1)
    expect([accuracy([]), macroF1([], ['a'])]).toEqual([0, 0])
  })
})

describe('choosing a token', () => {
  const logits = Float32Array.of(1, 3, 2, -5)
  const draw = (temperature: number, topP: number, count = 2000): number[] => {
    const random = createRandom(4)
    const counts = [0, 0, 0, 0]
    for (let i = 0; i < count; i++) {
      const id = sample(logits, { temperature, topP }, random)
      counts[id] = (counts[id] ?? 0) + 1
    }
    return counts.map((n) => n / count)
  }

  it('takes the likeliest at temperature 0', () => {
    expect(draw(0, 1, 10)).toEqual([0, 1, 0, 0])
  })

  it('follows the softmax, sharper when it is colder', () => {
    const softmax = (t: number): number[] => {
      const shares = [...logits].map((value) => Math.exp(value / t))
      const total = shares.reduce((sum, share) => sum + share, 0)
      return shares.map((share) => share / total)
    }
    for (const temperature of [1, 0.5])
      draw(temperature, 1).forEach((share, i) => {
        expect(Math.abs(share - (softmax(temperature)[i] ?? 0))).toBeLessThan(0.04)
      })
  })

  it('keeps to the smallest set that reaches the nucleus', () => {
    expect(draw(1, 0.6)).toEqual([0, 1, 0, 0])
    const [first, , , last] = draw(1, 0.8)
    expect([first, last]).toEqual([0, 0])
  })
})

describe('choosing a token from any logits', () => {
  const cases = fc.record({
    logits: fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 12 }),
    temperature: fc.double({ min: 0.05, max: 3, noNaN: true }),
    topP: fc.double({ min: 0, max: 1, noNaN: true }),
    seed: fc.nat(),
  })

  it('gives the same token for the same seed, and the likeliest where there is no temperature or nucleus', () => {
    fc.assert(
      fc.property(cases, ({ logits, temperature, topP, seed }) => {
        const values = Float32Array.from(logits)
        const once = (settings: { temperature: number; topP: number }) => sample(values, settings, createRandom(seed))
        expect(once({ temperature, topP })).toBe(once({ temperature, topP }))
        const likeliest = values.indexOf(Math.max(...values))
        expect(once({ temperature: 0, topP })).toBe(likeliest)
        // Logits a rounding apart weigh the same.
        expect(values[once({ temperature, topP: 0 })]).toBeCloseTo(values[likeliest] ?? NaN, 6)
      }),
    )
  })

  it('never leaves the nucleus: what is likelier than the token does not reach it alone', () => {
    fc.assert(
      fc.property(cases, ({ logits, temperature, topP, seed }) => {
        const values = Float32Array.from(logits)
        const id = sample(values, { temperature, topP }, createRandom(seed))
        const shares = [...values].map((value) => Math.exp((value - Math.max(...values)) / temperature))
        const total = shares.reduce((sum, share) => sum + share, 0)
        const before = shares.filter((share) => share > (shares[id] ?? NaN)).reduce((sum, share) => sum + share, 0)
        expect(before / total).toBeLessThan(topP + 1e-9)
      }),
    )
  })
})

describe('stop strings', () => {
  it('end the text before them, also where they come in pieces', () => {
    const stops = watchStops(['\n\n', 'END'])
    expect(stops.push('one E')).toEqual({ text: 'one ', stopped: false })
    expect(stops.push('N')).toEqual({ text: '', stopped: false })
    expect(stops.push('x')).toEqual({ text: 'ENx', stopped: false })
    expect(stops.push('two EN')).toEqual({ text: 'two ', stopped: false })
    expect(stops.push('D three')).toEqual({ text: '', stopped: true })
  })

  it('cut any stream where the whole text has its first stop string', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c') })
    fc.assert(
      fc.property(fc.array(text), fc.array(text, { maxLength: 3 }), (pieces, wanted) => {
        const stops = watchStops(wanted)
        let shown = ''
        let stopped = false
        for (const piece of pieces) {
          const safe = stops.push(piece)
          shown += safe.text
          if ((stopped = safe.stopped)) break
        }
        if (!stopped) shown += stops.rest()
        const whole = pieces.join('')
        const found = wanted.filter((stop) => stop !== '' && whole.includes(stop)).map((stop) => whole.indexOf(stop))
        expect(stopped).toBe(found.length > 0)
        expect(whole.startsWith(shown)).toBe(true)
        if (found.length === 0) expect(shown).toBe(whole)
        else for (const stop of wanted.filter((each) => each !== '')) expect(shown.includes(stop)).toBe(false)
      }),
    )
  })
})
