// The table of compared methods: its cells in words, what it is sorted by, and its CSV file.
import { parse } from 'csv-parse/sync'
import { expect, it } from 'vitest'
import type { RunMeasures } from '../../../main/contract/measures.ts'
import type { ComparedRow } from '../../../main/contract/service.ts'
import { cellOf, comparisonColumns, comparisonCsv, nameOfRow } from '../../../main/contract/words/comparison.ts'

const measures: RunMeasures = {
  parameters: 138_240,
  fileBytes: 552_960,
  seconds: 35.4,
  peakBytes: 1.26e9,
  answerMilliseconds: 31.2,
  switchMilliseconds: 0.42,
  neutral: { alone: 3, tuned: 3.25 },
}

const seeded = { seed: 0, state: 'finished', step: 9, steps: 9, error: undefined } as const

const compared: readonly ComparedRow[] = [
  {
    ...{ kind: 'method', number: 2, method: 'tail-ia3', fate: 'finished', measures, use: 'a', targets: ['bundle'] },
    runs: [{ run: 'a, b', ...seeded }],
    test: { mean: 0.8333, low: 0.79, high: 0.8712 },
    rank: [1, 2],
  },
  {
    ...{ kind: 'method', number: 1, method: 'lora', fate: 'left behind', measures: undefined, use: undefined },
    ...{ runs: [], targets: [], test: undefined, rank: undefined },
  },
  { kind: 'baseline', subject: 'no prompt', test: { mean: 0.25, low: NaN, high: NaN }, rank: [3, 3] },
]

const [tuned, stopped, alone] = compared as [ComparedRow, ComparedRow, ComparedRow]
const cells = (row: ComparedRow): string[] => comparisonColumns.map((column) => cellOf(column, row))

it('shows every figure with its unit, and why one is missing', () => {
  expect(compared.map(nameOfRow)).toEqual(['Tail IA3', 'LoRA', 'Model alone'])
  expect(cells(tuned)).toEqual([
    ...['83.3 % (79.0 to 87.1)', '1 to 2', '138,240', '553 KB', '35 s', '1.3 GB', '31 ms', '0.42 ms', '+0.25'],
    'another studio',
  ])
  expect(cells(stopped)).toEqual(['stopped early', ...new Array<string>(8).fill('–'), ''])
  expect(cells(alone)).toEqual(['25.0 %', '3', ...new Array<string>(8).fill('')])
})

it('sorts by plain numbers, and puts no number where there is no figure', () => {
  const values = (row: ComparedRow) => comparisonColumns.map((column) => column.value(row))
  expect(values(tuned)).toEqual([0.8333, 1.002, 138_240, 552_960, 35.4, 1.26e9, 31.2, 0.42, 0.25, 1])
  expect(values(stopped).slice(0, -1)).toEqual(new Array(9).fill(undefined))
})

it('says 0 of ability that is lost only where it is exactly that', () => {
  const column = comparisonColumns.find(({ name }) => name === 'ability_lost')!
  const lost = (neutral: RunMeasures['neutral']) =>
    column.text({ ...tuned, measures: { ...measures, neutral } } as never)
  expect(lost(undefined)).toBe('0')
  expect(lost({ alone: 3, tuned: 3.0004 })).toBe('+0.000')
  expect(lost({ alone: 3, tuned: 2.98 })).toBe('−0.020')
})

it('is read back from its CSV file', () => {
  const [head, ...lines] = parse(comparisonCsv({ compared })) as string[][]
  const found = lines.map((line) => Object.fromEntries(line.map((cell, i) => [head?.[i] ?? '', cell])))
  expect(found[0]).toMatchObject({
    name: 'tail-ia3',
    kind: 'method',
    outcome: 'finished',
    mean: '0.8333',
    runs: 'a, b',
  })
  expect(found[0]).toMatchObject({ best_rank: '1', worst_rank: '2', seconds: '35.4', ability_lost: '0.25' })
  expect(found[1]).toMatchObject({ name: 'lora', outcome: 'left behind', mean: '', file_bytes: '', runs_in: '' })
  expect(found[2]).toMatchObject({ name: 'no prompt', kind: 'baseline', mean: '0.25', low: '', seconds: '' })
})
