// Sequences as arrays: padding without effect, virtual tokens in their places, and target positions.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IntegerTensor, Tensor } from '../../../main/contract/tensor.ts'
import { batchFeeds, MASK_VALUE, selection } from '../../../main/engine/method/batch.ts'
import { layOut, type LayoutSettings } from '../../../main/engine/method/layout.ts'
import { allMethods, methodOf } from '../../../main/engine/method/index.ts'
import { rootMeanSquare } from '../../../main/engine/method/statistics.ts'
import { tinyModel } from '../../support/tiny.ts'

const { config } = await tinyModel('gemma3')
const ways = allMethods().flatMap(({ name, placements }) =>
  placements.map((placement): LayoutSettings => ({ method: name, placement, tokens: 3, tail: 1 })),
)

const rows = fc.array(
  fc.record({
    before: fc.array(fc.integer({ min: 2, max: 99 }), { maxLength: 3 }),
    text: fc.array(fc.integer({ min: 2, max: 99 }), { minLength: 1, maxLength: 9 }),
    after: fc.array(fc.integer({ min: 2, max: 99 }), { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 4 },
)

const answer = [
  { id: 100, parent: -1 },
  { id: 101, parent: 0 },
  { id: 102, parent: -1 },
]

/** A batch with one row and two tokens more than needed. */
function batchOf(segments: Parameters<typeof layOut>[0][], way: LayoutSettings) {
  const sequences = segments.map((each) => layOut(each, answer, way))
  const shape = {
    batch: sequences.length + 1,
    length: Math.max(...sequences.map(({ ids }) => ids.length)) + 2,
    ...methodOf(way).virtual(way),
    cached: 0,
  }
  return { sequences, shape, feeds: batchFeeds(config, sequences, shape) }
}

const someRuns = { numRuns: 40 }
const inAll = fc.tuple(rows, fc.constantFrom(...ways))

describe('a batch of any rows, with every method and placement', () => {
  it('lets every token see something, padding too, or its softmax would be no number', () => {
    fc.assert(
      fc.property(inAll, ([segments, way]) => {
        const { shape, feeds } = batchOf(segments, way)
        for (const name of ['bias', 'windowedBias']) {
          const { data } = feeds[name] as Tensor
          const span = shape.past + shape.length
          expect(data).toHaveLength(shape.batch * shape.length * span)
          for (let at = 0; at < data.length; at += span) expect(data.subarray(at, at + span)).toContain(0)
        }
      }),
      someRuns,
    )
  })

  it('lets no token of a row see its padding', () => {
    fc.assert(
      fc.property(inAll, ([segments, way]) => {
        const { sequences, shape, feeds } = batchOf(segments, way)
        const { data } = feeds['bias'] as Tensor
        const span = shape.past + shape.length
        sequences.forEach(({ ids }, b) => {
          for (let t = 0; t < ids.length; t++) {
            const row = data.subarray((b * shape.length + t) * span, (b * shape.length + t + 1) * span)
            expect(row.subarray(shape.past + ids.length).every((value) => value === Math.fround(MASK_VALUE))).toBe(true)
          }
        })
      }),
      someRuns,
    )
  })

  it('puts each virtual token in its place once, and masks the text tokens there alone', () => {
    fc.assert(
      fc.property(inAll, ([segments, way]) => {
        const { sequences, shape, feeds } = batchOf(segments, way)
        if (shape.embeddings === 0) {
          expect(feeds['place']).toBeUndefined()
          return
        }
        const [place, tokenMask] = [(feeds['place'] as Tensor).data, (feeds['tokenMask'] as Tensor).data]
        for (let at = 0; at < shape.batch * shape.length; at++) {
          const sequence = sequences[Math.floor(at / shape.length)]
          const p = sequence?.virtualAt === undefined ? -1 : (at % shape.length) - sequence.virtualAt
          const isVirtual = p >= 0 && p < shape.embeddings
          expect(tokenMask[at]).toBe(isVirtual ? 0 : 1)
          const found = [...place.subarray(at * shape.embeddings, (at + 1) * shape.embeddings)]
          expect(found).toEqual(found.map((_, i) => (isVirtual && i === p ? 1 : 0)))
        }
      }),
      someRuns,
    )
  })

  it('has the rows’ ids, then zeros', () => {
    fc.assert(
      fc.property(inAll, ([segments, way]) => {
        const { sequences, shape, feeds } = batchOf(segments, way)
        const { data } = feeds['ids'] as IntegerTensor
        const expected = Array.from({ length: shape.batch * shape.length }, (_, at) =>
          BigInt(sequences[Math.floor(at / shape.length)]?.ids[at % shape.length] ?? 0),
        )
        expect([...data]).toEqual(expected)
      }),
      someRuns,
    )
  })
})

it('target positions of a row count from its start, also where its start was precomputed', () => {
  const way = { method: 'prefix-tuning', placement: 'after-text', tokens: 3, tail: 1 } as const
  const sequence = layOut({ before: [5], text: [6, 7], after: [8] }, answer, way)
  const shape = { batch: 2, length: 8, embeddings: 0, past: 3, cached: 0 }
  const places = (cached: number) => {
    const { data } = selection([sequence], [[3, 5]], 3, { ...shape, cached })
    return [0, 1, 2, 3, 4, 5].map((slot) => data.subarray(slot * 8, (slot + 1) * 8).indexOf(1))
  }
  expect(sequence.constant).toBe(3)
  expect(places(0)).toEqual([3, 5, -1, -1, -1, -1])
  expect(places(4)).toEqual([0, 2, -1, -1, -1, -1])
})

it('the scale of numbers is the root of their mean square', () => {
  expect(rootMeanSquare(Float32Array.of(3, -4, 0, 0))).toBe(2.5)
  expect(rootMeanSquare(new Float32Array())).toBe(0)
})
