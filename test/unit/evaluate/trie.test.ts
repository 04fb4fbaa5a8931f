// The labels' trie: choices only where labels part, and probabilities that sum to one.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { labelLogProbabilities, labelTrie } from '../../../main/engine/evaluate/trie.ts'

const end = 0
const named = (answers: readonly (readonly number[])[]) => labelTrie(answers, end, answers.map(String))

describe('the trie of the labels', () => {
  it('has one trie node where the first tokens differ', () => {
    expect(named([[5, 9], [6], [7, 8, 9]])).toEqual({
      candidates: [5, 6, 7],
      nodes: [{ after: -1, children: [0, 1, 2] }],
      context: [],
      paths: [[{ node: 0, child: 0 }], [{ node: 0, child: 1 }], [{ node: 0, child: 2 }]],
    })
  })

  it('reads a shared beginning once, and ends a label that begins another', () => {
    const trie = named([[5], [5, 6], [5, 6, 7], [9]])
    expect(trie.context.map(({ id, parent }) => [id, parent])).toEqual([
      [5, -1],
      [6, 0],
    ])
    expect(trie.nodes.map(({ after }) => after)).toEqual([-1, 0, 1])
    expect(trie.paths.map((path) => path.length)).toEqual([2, 3, 3, 1])
  })

  it('refuses two labels that the model reads as the same', () => {
    expect(() => labelTrie([[5], [5]], end, ['yes', 'Yes'])).toThrow('"yes" and "Yes" as the same tokens')
  })

  it('gives probabilities that sum to one, whatever the logits', () => {
    const word = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
    const labels = fc.uniqueArray(word, { minLength: 2, maxLength: 8, selector: (ids) => ids.join() })
    fc.assert(
      fc.property(labels, fc.integer(), (answers, seed) => {
        const trie = named(answers)
        const logits = Float32Array.from(
          { length: trie.nodes.length * trie.candidates.length },
          (_, i) => 20 * Math.sin(seed + 13 * i),
        )
        const total = labelLogProbabilities(trie, logits).reduce((sum, value) => sum + Math.exp(value), 0)
        expect(total).toBeCloseTo(1, 4)
      }),
    )
  })
})
