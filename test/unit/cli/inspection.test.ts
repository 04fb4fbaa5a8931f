// The result of a prompt inspection, in lines that a terminal shows.
import { describe, expect, it } from 'vitest'
import type { RunInspection } from '../../../main/contract/service.ts'
import { inspectionLines } from '../../../main/hosts/cli/inspection.ts'

const prompt: RunInspection = {
  inspection: {
    part: 'embeddings',
    rows: 64,
    loss: 0.5321,
    tokenNorms: { mean: 1, low: 0.8, high: 1.25 },
    chance: 0.212,
    tokens: [
      {
        startedAs: ' bill',
        startCosine: 0.99,
        norm: 1.0234,
        nearest: [
          { id: 1, token: ' bill', cosine: 0.991 },
          { id: 2, token: '\u001b[31m\n', cosine: 0.4 },
        ],
        ablation: { difference: 0.12, margin: 0.04, changed: 7 },
      },
      {
        startedAs: undefined,
        startCosine: undefined,
        norm: 0.5,
        nearest: [],
        ablation: { difference: -0.01, margin: Infinity, changed: 0 },
      },
    ],
  },
  gradients: [
    [100, 10, 1, 0.1, NaN],
    [0, 0, 0, 0, 0],
  ],
}

describe('the inspection of a tuned prompt', () => {
  const lines = inspectionLines(prompt)

  it('is a table whose rows say what each token is near to and worth', () => {
    expect(lines.slice(1, 4)).toEqual([
      'token  started as  norm   loss without it   other answers  gradient  nearest tokens',
      String.raw`1      " bill"     1.02   +0.120 ± 0.040 *  7              █▅▁▁▁     " bill" 0.99, "\u001b[31m\n" 0.40`,
      '2      random      0.500  -0.010            0              ▁▁▁▁▁',
    ])
    expect(lines.join('\n')).not.toContain('\u001b')
  })

  it('calls itself hints, and says how a token is taken away and what chance would do', () => {
    expect(lines[0]).toMatch(/^Hints, not explanations/)
    const text = lines.join('\n')
    for (const phrase of [
      'as near as 0.21',
      '0.800 to 1.25',
      '64 validation rows (0.532',
      'average of all token embeddings',
    ])
      expect(text).toContain(phrase)
  })
})

it('the inspection of a prefix has norms in place of nearest tokens, and says why', () => {
  const ablation = { difference: 0.12, margin: 0.04, changed: 7 }
  const tokens = [{ startedAs: ' bill', ablation, keys: 1.1, values: 0.9, moved: 0.25 }]
  const lines = inspectionLines({ inspection: { part: 'past', rows: 1, loss: 1, tokens }, gradients: [[1]] })
  expect(lines.slice(1, 3)).toEqual([
    'token  started as  keys  values  moved  loss without it   other answers  gradient',
    '1      " bill"     1.10  0.90    0.25   +0.120 ± 0.040 *  7              █',
  ])
  expect(lines[3]).toMatch(/no nearest tokens: this prompt has no embeddings/)
  expect(lines.join('\n')).toContain('no other token can attend to it')
})
