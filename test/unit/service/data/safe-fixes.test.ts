// All safe fixes in one step: in the right order, undone at once, and never at the price of most rows; and what would solve a refusal.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { prepareStudio, spawnFake } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

async function withRows(lines: readonly string[], head = 'text,label') {
  const folder = temporaryFolder()
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  const { model } = await prepareStudio(service, folder)
  const path = join(folder, 'feedback.csv')
  writeFileSync(path, [head, ...lines, ''].join('\n'))
  const { dataset } = await service.call('data.import', { path })
  const show = () => service.call('data.show', { dataset })
  const profile = async () => {
    const { version } = await show()
    return service.call('data.profile', { dataset, version })
  }
  const problems = async () => (await profile()).problems.map(({ problem }) => problem)
  const plan = async () => {
    const { version } = await show()
    return service.call('runs.plan', { model, dataset, version, text: 'text', label: 'label', settings: {} })
  }
  const health = () => service.call('data.health', { dataset })
  return { service, dataset, show, profile, problems, plan, health }
}

const words = 'amber bridge candle desert engine forest garden harbour island jacket kettle lantern'.split(' ')
/** Texts that are not nearly the same, which would count as one, and that do not hold their answer. */
const textOf = (what: string, i: number): string =>
  [
    Array.from(what).reverse().join(''),
    ...[1, 5, 7].map((step) => words[(i * step + what.length) % 12] ?? ''),
    String(i),
  ].join(' ')

const some = (label: string, rows: number, what = label): string[] =>
  Array.from({ length: rows }, (_, i) => `${textOf(what, i)},${label}`)

/** As in the review: one answer in three spellings, an answer that is rare, repeats and gaps. */
const messy = [
  ...some('account', 12),
  ...some('ACCOUNT', 2, 'other'),
  ...some('shipping', 12),
  `${textOf('account', 0)},Account`,
  `${textOf('shipping', 3)},shipping`,
  ',shipping',
  'a message without an answer,',
  'the only one of its kind,gift',
]

describe('the safe fixes', () => {
  it('spell first, so that nothing is rare or contradicts by its spelling, then leave out what no run could use', async () => {
    const { service, dataset, profile, problems, show } = await withRows(messy)
    expect(await problems()).toEqual(
      expect.arrayContaining(['label-spelling', 'rare-labels', 'conflicts', 'duplicates', 'empty-text', 'empty-label']),
    )
    const { description } = await service.call('data.fix', { dataset })
    expect(description).toBe(
      'Spelling unified in 3 rows; 5 rows excluded (1 without a text, 1 without an answer, 2 repeated, 1 with an answer that is too rare)',
    )
    expect(await problems()).toEqual([])
    expect((await profile()).labels).toEqual([
      { label: 'account', rows: 14 },
      { label: 'shipping', rows: 12 },
    ])
    expect((await show()).versions).toHaveLength(2)
  })

  it('are one step of undo and of redo', async () => {
    const { service, dataset, profile, show } = await withRows(messy)
    const before = await profile()
    await service.call('data.fix', { dataset })
    const after = await profile()
    await service.call('data.undo', { dataset })
    expect(await profile()).toEqual(before)
    expect((await show()).undo).toBeUndefined()
    await service.call('data.redo', { dataset })
    expect(await profile()).toEqual(after)
  })

  it('leave to a person what would take more than half of the rows', async () => {
    const { service, dataset, problems, show } = await withRows([
      ...some('a', 6),
      ...some('b', 6),
      ...some('', 20, 'unanswered'),
      `${textOf('a', 1)},a`,
    ])
    expect((await service.call('data.fix', { dataset })).description).toBe('1 row excluded (1 repeated)')
    expect(await problems()).toEqual(['empty-label'])
    expect((await show()).rows).toBe(32)
  })

  it('say so where there is nothing to fix', async () => {
    const { service, dataset } = await withRows([...some('a', 6), ...some('b', 6)])
    await expect(service.call('data.fix', { dataset })).rejects.toMatchObject({ code: 'data/no-fix' })
  })
})

describe('a fix that would leave less than half of the rows', () => {
  it('is done only where a person says so', async () => {
    const { service, dataset, profile, show } = await withRows([
      ...some('a', 6),
      ...some('b', 6),
      ...some('', 20, 'unanswered'),
    ])
    const [empty] = (await profile()).problems
    expect(empty).toMatchObject({ problem: 'empty-label', fix: { leaves: 12, safe: false } })
    await expect(service.call('data.fix', { dataset, problem: 'empty-label' })).rejects.toMatchObject({
      code: 'data/fix-leaves-few',
      message: expect.stringContaining('would leave 12 of 32 rows') as string,
    })
    await service.call('data.fix', { dataset, problem: 'empty-label', anyway: true })
    expect((await show()).rows).toBe(12)
  })

  it('is not offered at all where it would leave none', async () => {
    const long = 'word '.repeat(800)
    const { profile } = await withRows([...some('a', 6, `a ${long}`), ...some('b', 6, `b ${long}`)])
    const found = (await profile()).problems.find(({ problem }) => problem === 'too-long')
    expect(found).toMatchObject({ rows: 12, fix: undefined })
  })

  it('cannot empty a table of questions, passages and answers', async () => {
    const rows = Array.from({ length: 90 }, (_, i) => {
      const place = `Place ${String(i % 41)}`
      return `Where was meeting ${String(i)} held?,Meeting ${String(i)} was held in ${place} last week.,${place}`
    })
    const { show, profile } = await withRows(rows, 'Question,Passage,Answer')
    expect((await show()).roles).toMatchObject({ task: 'answering', context: 'Passage' })
    expect((await profile()).problems.filter(({ fix }) => fix !== undefined)).toEqual([])
  })
})

describe('a run that is refused', () => {
  it('is told the fix after which it begins', async () => {
    const { service, dataset, plan, health } = await withRows([
      ...some('account', 12),
      ...some('ACCOUNT', 2, 'other'),
      ...some('shipping', 12),
    ])
    const remedy = {
      kind: 'fix',
      dataset,
      name: 'feedback.csv',
      problem: 'label-spelling',
      button: 'Use one spelling',
    }
    await expect(plan()).rejects.toMatchObject({ code: 'data/label-too-rare', remedy })
    expect(await health()).toMatchObject({ problems: 1, refusal: { code: 'data/label-too-rare', remedy } })
    await service.call('data.fix', { dataset, problem: 'label-spelling' })
    expect((await plan()).labels).toEqual(['account', 'shipping'])
    expect(await health()).toMatchObject({ problems: 0, refusal: undefined })
  })

  it('is told of all the safe fixes where no single one is enough', async () => {
    const { service, dataset, plan } = await withRows([
      ...some('account', 12),
      ...some('ACCOUNT', 2, 'other'),
      ...some('shipping', 12),
      ...some('gift', 1),
    ])
    await expect(plan()).rejects.toMatchObject({ remedy: { kind: 'fix', dataset, button: 'Fix the safe problems' } })
    await service.call('data.fix', { dataset })
    expect((await plan()).labels).toEqual(['account', 'shipping'])
  })

  it('is offered none where none would help', async () => {
    const { plan } = await withRows([...some('a', 12), ...some('b', 2)])
    await expect(plan()).rejects.toMatchObject({ code: 'data/label-too-rare', remedy: undefined })
  })
})
