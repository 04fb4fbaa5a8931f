// The right answers' tokens are predicted alike however few logits are in memory at once.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createInferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { layOut } from '../../../main/engine/method/layout.ts'
import { logitPasses, teacherForced } from '../../../main/engine/train/teacher-forced.ts'
import { tinyModel } from '../../support/tiny.ts'

const none = { parts: undefined, texts: undefined }

describe('teacher forcing', () => {
  it('gives the same predictions whatever fits in memory', async () => {
    const model = await tinyModel('llama')
    const runner = createInferenceRunner(model, { threads: 1 })
    const asked = runner.logits.bind(runner)
    let largest = 0
    const watched: typeof runner = {
      ...runner,
      async logits(query) {
        const found = await asked(query)
        largest = Math.max(largest, found.data.byteLength)
        return found
      },
    }
    const examples = [1, 7, 3, 12, 2].map((answer, row) => {
      const ids = Array.from({ length: 4 + answer }, (_, i) => 3 + ((5 * i + row) % 20))
      return {
        sequence: layOut({ before: ids, text: [], after: [] }, [], undefined),
        targetPositions: Array.from({ length: answer }, (_, i) => 3 + i),
        labels: ids.slice(4),
      }
    }) as unknown as Parameters<typeof teacherForced>[1]
    const slotBytes = 4 * model.config.vocab
    const all = await teacherForced(runner, examples, none)
    for (const slots of [1, 3, 8]) {
      largest = 0
      const some = await teacherForced(watched, examples, none, slots * slotBytes)
      expect(largest).toBeLessThanOrEqual(slots * slotBytes)
      expect(some.map(({ likeliest, right }) => ({ likeliest, right }))).toEqual(
        all.map(({ likeliest, right }) => ({ likeliest, right })),
      )
      some.forEach(({ logProbability }, i) => expect(logProbability).toBeCloseTo(all[i]?.logProbability ?? NaN, 4))
    }
    await runner.release()
  })

  it('puts every slot into one pass, and into no pass more than may be', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 30 })
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 300 }), (slots, maxSlots) => {
        const passes = logitPasses(slots, maxSlots)
        for (const pass of passes)
          expect(pass.length * Math.max(...pass.map(({ from, to }) => to - from))).toBeLessThanOrEqual(maxSlots)
        const all = passes.flat()
        expect(all.toSorted((a, b) => a.row - b.row)).toEqual(all)
        slots.forEach((count, row) => {
          const own = all.filter((piece) => piece.row === row)
          expect(own.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i))).toEqual(
            Array.from({ length: count }, (_, i) => i),
          )
        })
      }),
    )
  })
})
