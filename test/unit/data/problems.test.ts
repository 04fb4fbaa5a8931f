// Problems of a table: which rows have them, how they are explained, and what the fix would do.
import { describe, expect, it } from 'vitest'
import type { TaskName } from '../../../main/contract/settings.ts'
import type { Finding } from '../../../main/engine/data/problems/check.ts'
import { createProfiler } from '../../../main/engine/data/profile.ts'

type Row = readonly [text: string, label: string]

async function findings(rows: readonly Row[], task?: TaskName): Promise<ReadonlyMap<string, Finding>> {
  const profiler = createProfiler({ maxTokens: 256, tokens: 16, ...(task ? { task } : {}) })
  for (const [i, [text, label]] of rows.entries()) profiler.see({ row: i + 1, text, label })
  return (await profiler.finish()).findings
}

/** Enough texts of two answers that nothing is wrong with. */
const good: readonly Row[] = Array.from({ length: 8 }, (_, i): Row => [`message ${String(i)}`, i % 2 === 0 ? 'x' : 'y'])
const found = async (problem: string, ...rows: readonly Row[]) => (await findings([...good, ...rows])).get(problem)
const at = (...places: readonly number[]) => places.map((place) => good.length + place)

it('nothing is found where nothing is wrong', async () => {
  expect([...(await findings(good)).keys()]).toEqual([])
  expect([...(await findings([])).keys()]).toEqual([])
})

describe('rows that cannot be used', () => {
  it('are those without a text, and the fix excludes them', async () => {
    const finding = await found('empty-text', ['', 'x'], [' \u00a0\n', 'y'])
    expect(finding).toMatchObject({ rows: at(1, 2), title: '2 rows have no text', fix: { kind: 'exclude' } })
    expect((await found('empty-text', ['', 'x']))?.title).toBe('1 row has no text')
  })

  it('are those without an answer', async () => {
    const finding = await found('empty-label', ['new', ''])
    expect(finding).toMatchObject({ rows: at(1), title: '1 row has no answer', fix: { kind: 'exclude' } })
  })

  it('are those whose text will be cut', async () => {
    const finding = await found('too-long', ['word '.repeat(192), 'x'], ['word '.repeat(193), 'x'])
    expect(finding).toMatchObject({ rows: at(2), title: '1 row may be too long', fix: { kind: 'exclude' } })
  })
})

describe('rows that say the same', () => {
  it('repeat an earlier one, but for case, width and space; the first of each stays', async () => {
    const finding = await found(
      'duplicates',
      ['Same Text', 'x'],
      ['same  text ', 'x'],
      ['ｓame text', 'x'],
      ['message 0', 'x'],
    )
    expect(finding).toMatchObject({
      rows: at(2, 3, 4),
      title: '3 rows repeat an earlier one',
      fix: { kind: 'exclude' },
    })
    expect((await found('duplicates', ['message 0', 'x']))?.title).toBe('1 row repeats an earlier one')
  })

  it('are no repetition where they have no text', async () => {
    expect(await found('duplicates', ['', 'x'], ['', 'x'])).toBeUndefined()
  })

  it('contradict each other where their answers differ, and nobody but a person can tell which is right', async () => {
    const finding = await found('conflicts', ['same', 'x'], ['same', 'x'], ['Same', 'y'], ['same', ''])
    expect(finding).toMatchObject({ rows: at(1, 3), fix: undefined })
    expect(finding?.title).toBe('2 rows have the same text as another but a different answer')
    expect((await found('conflicts', ['same', 'x'], ['same', 'y'], ['same', 'x']))?.rows).toEqual(at(1, 2, 3))
  })
})

describe('answers', () => {
  it('that differ in spelling get the one that most rows have', async () => {
    const finding = await found(
      'label-spelling',
      ['a', 'X'],
      ['b', 'in_stock'],
      ['c', 'In Stock'],
      ['d', 'in-stock'],
      ['e', 'In Stock'],
    )
    expect(finding).toMatchObject({
      rows: at(1, 2, 4),
      title: '3 rows spell an answer differently: “X”, “in_stock”, “in-stock”',
    })
    expect(finding?.fix).toMatchObject({
      kind: 'relabel',
      labels: new Map([
        ['X', 'x'],
        ['in_stock', 'In Stock'],
        ['in-stock', 'In Stock'],
      ]),
    })
    expect((await found('label-spelling', ['a', 'X']))?.title).toBe('1 row spells an answer differently: “X”')
  })

  it('are too rare below three different texts', async () => {
    const finding = await found(
      'rare-labels',
      ['one', 'rare'],
      ['One', 'rare'],
      ['two', 'rare'],
      ['more', 'z'],
      ['a', 'w'],
      ['b', 'w'],
      ['c', 'w'],
    )
    expect(finding).toMatchObject({ rows: at(1, 2, 3, 4), title: '2 answers are too rare: “rare”, “z”' })
    expect(finding?.fix).toMatchObject({ kind: 'exclude', button: 'Exclude 4 rows' })
  })

  it('that are too rare for their spelling alone are mended by it, and no row is excluded', async () => {
    const names = [...(await findings([...good, ['new', 'X']])).keys()]
    expect(names).toEqual(['label-spelling'])
  })

  it('are too few where there is one, or none', async () => {
    expect(
      (
        await findings([
          ['a', 'x'],
          ['b', 'x'],
        ])
      ).get('one-label')?.title,
    ).toBe('There is only one answer')
    expect((await findings([['a', '']])).get('one-label')?.title).toBe('There are no answers')
  })
})

it.each(['generation', 'answering'] as const)(
  'generated answers may be rare, spelled in any way and occur in the text: %s',
  async (task) => {
    const rows: Row[] = Array.from({ length: 30 }, (_, i) => [`Anna ${String(i)} came. Who?`, `Anna ${String(i)}`])
    rows.push(
      ['Who came then?', 'anna 1'],
      ...Array.from({ length: 20 }, (_, i): Row => [`Who ${String(i)}?`, 'nobody']),
    )
    expect([...(await findings(rows)).keys()]).toEqual(['label-spelling', 'rare-labels', 'answer-in-text'])
    expect([...(await findings(rows, task)).keys()]).toEqual([])
    const bad: Row[] = [...rows, ['', 'x'], ['Which?', ''], ['Who 1?', 'nobody'], ['Who 2?', 'somebody']]
    expect([...(await findings(bad, task)).keys()]).toEqual(['conflicts', 'empty-text', 'empty-label', 'duplicates'])
  },
)
