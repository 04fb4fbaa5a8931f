// Figures, sampling and stop strings.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accuracy, macroF1 } from '../../../main/engine/evaluate/metrics.ts'
import { sample } from '../../../main/engine/evaluate/sampling.ts'
import { watchStops } from '../../../main/engine/evaluate/stop-strings.ts'
import { createRandom } from '../../../main/engine/random.ts'

const judged = (pairs: string): { label: string; predicted: string }[] =>
  pairs.split(' ').map(([label = '', predicted = '']) => ({ label, predicted }))

describe('accuracy and macro-F1', () => {
  it('are those of scikit-learn', () => {
    // accuracy_score and f1_score(average="macro") of the same ten rows.
    const rows = judged('aa ab aa bb bc cc cc ca aa bb')
    expect(accuracy(rows)).toBeCloseTo(0.7)
    expect(macroF1(rows, ['a', 'b', 'c'])).toBeCloseTo((0.75 + 2 / 3 + 2 / 3) / 3)
  })

  it('leave a label out that is neither there nor predicted, and are 0 for no rows', () => {
    expect(macroF1(judged('aa bb'), ['a', 'b', 'c'])).toBe(1)
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
