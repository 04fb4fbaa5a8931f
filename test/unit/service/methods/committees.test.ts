// Several prompts as one: on test rows that all of them have answered, on other rows, and on a text.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Input, StudioEvent } from '../../../../main/contract/service.ts'
import type { GivenSettings } from '../../../../main/contract/settings.ts'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { prepareStudio, quick, spawnFake, watchRun } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

async function start() {
  const folder = temporaryFolder()
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  const base = await prepareStudio(service, folder)
  const tune = async (name: string, settings: GivenSettings = {}, other: Partial<Input<'runs.start'>> = {}) => {
    await service.call('runs.start', { ...base, ...other, name, settings: { ...quick, ...settings } })
    await watchRun(service, name)
  }
  /** Each answers another of the same 15 test rows wrongly, and is sure of no answer. */
  const tuneThree = async () => {
    for (const [i, name] of ['a', 'b', 'c'].entries()) await tune(name, { initText: `wrong at ${String(i)}` })
  }
  const rowsOf = async (run: string) =>
    (await service.call('runs.answers', { run, subject: 'tuned prompt' })).map(({ row }) => row)
  return { folder, service, base, tune, tuneThree, rowsOf }
}

describe('a committee of finished runs', () => {
  it('is measured on their test rows, against the best of them and the best without tuning', async () => {
    const { service, tuneThree } = await start()
    await tuneThree()
    const found = await service.call('committees.figures', { runs: ['a', 'b', 'c'] })
    expect(found).toMatchObject({
      ...{ headline: 'accuracy', metrics: { accuracy: 1, macro_f1: 1 }, rows: 15 },
      members: ['a', 'b', 'c'].map((name) => ({ name, figure: 14 / 15 })),
      ...{ agreed: { rows: 12, right: 12 }, disputed: { rows: 3, right: 3 } },
      rival: { kind: 'better', rows: 15, tuned: 1 },
      best: { name: 'a', verdict: { kind: 'cannot tell', tuned: 1, other: 14 / 15 } },
    })
    expect(found.band.mean).toBe(1)
    expect(found.band.low).toBeGreaterThan(0.7)
    expect(found.band.low).toBeLessThan(0.85)
    expect(found.sentence).toMatch(
      /^The 3 together: 100\.0 % \(95 % interval \d+ to 100\) of 15 rows are right\. Better/,
    )
    expect(found.sentence).toContain('They disagree on 3 rows, of which 100 % are right; of the other 12, 100 % are.')
  })

  it('of one run, by whatever name it is called, is that run', async () => {
    const { service, tune } = await start()
    await tune('a')
    const found = await service.call('committees.figures', { runs: ['a', '1'] })
    const [own] = (await service.call('runs.metrics', { run: 'a' })).filter(({ subject }) => subject === 'tuned prompt')
    expect(found).toMatchObject({ metrics: own?.metrics, members: [{ name: 'a', figure: own?.metrics.accuracy }] })
    expect(found.best.verdict.difference).toBe(0)
    expect(found.disputed.rows).toBe(0)
    expect(found.sentence).toMatch(/^Alone: 93\.3 %/)
  })

  it('counts only rows that no member has learned from or been chosen by', async () => {
    const { service, base, tune, rowsOf } = await start()
    await tune('a')
    await tune('b', { seed: 4 })
    const own = await Promise.all(['a', 'b'].map(rowsOf))
    const shared = own[0]?.filter((row) => own[1]?.includes(row)) ?? []
    expect(shared.length).toBeGreaterThan(0)
    expect(shared.length).toBeLessThan(15)
    const found = await service.call('committees.figures', { runs: ['a', 'b'] })
    expect(found.rows).toBe(shared.length)
    // Answers to all rows of the same version, training rows among them, change nothing.
    const { dataset, version, text, label } = base
    for (const run of ['a', 'b']) await service.call('score', { run, dataset, version, text, label })
    expect((await service.call('committees.figures', { runs: ['a', 'b'] })).rows).toBe(shared.length)
  })

  it('is refused in a sentence where they have too little in common', { timeout: 60_000 }, async () => {
    const { folder, service, base, tune } = await start()
    await tune('a')
    const path = join(folder, 'other.gguf')
    writeFileSync(path, 'another model')
    const { name: model } = await service.call('models.add', { path })
    await tune('other model', {}, { model })
    await tune('writes', { task: 'generation' })
    const { dataset, version } = await service.call('data.sample', {})
    const { text, label } = (await service.call('data.show', { dataset })).roles
    await tune('other labels', {}, { dataset, version, text, label })
    const target = { by: 'rows' as const, rows: [0] }
    const change = { kind: 'cell' as const, column: 'text', value: 'edited' }
    await service.call('data.change', { dataset: base.dataset, target, change })
    await tune('other version', {}, { version: base.version + 1 })
    await service.call('runs.start', { ...base, name: 'failed', settings: { ...quick, initText: 'fail' } })
    await watchRun(service, 'failed').catch(() => undefined)
    for (const [other, code, sentence] of [
      ['other model', 'committee/other-model', '"a" and "other model" cannot answer together: they were tuned on'],
      ['writes', 'committee/no-labels', '"writes" writes its answers'],
      ['other labels', 'committee/other-labels', 'they choose among different labels.'],
      ['other version', 'committee/other-data', 'were not tuned on the same version and columns of the data'],
      ['failed', 'run/not-scored', 'has not been evaluated'],
      ['nobody', 'store/missing', 'There is no run "nobody"'],
    ] as const)
      await expect(service.call('committees.figures', { runs: ['a', other] })).rejects.toMatchObject({
        code,
        message: expect.stringContaining(sentence) as string,
      })
  })
})

describe('a committee at work', () => {
  it('answers other rows: each member’s evaluation is stored, and all together are reported', async () => {
    const { folder, service, base, tuneThree } = await start()
    await tuneThree()
    const path = join(folder, 'more.csv')
    const rows = Array.from(
      { length: 12 },
      (_, i) => `new ${String(i)},${['billing', 'delivery', 'praise'][i % 3] ?? ''}`,
    )
    writeFileSync(path, ['text,label', ...rows, 'strange,unknown', ''].join('\n'))
    const data = await service.call('data.import', { path })
    const events: StudioEvent[] = []
    const { text, label } = base
    const input = { runs: ['a', 'b', 'c'], dataset: data.dataset, version: data.version, text, label }
    const found = await service.call('committees.score', input, { onEvent: (event) => void events.push(event) })
    expect(found).toMatchObject({ rows: 12, metrics: { accuracy: 1 }, disputed: { rows: 3 } })
    expect(found.rival).toMatchObject({ rival: 'no prompt', other: 4 / 12 })
    const subjects = events.flatMap((event) => (event.event === 'evaluation' ? [event.subject] : []))
    expect(subjects).toEqual(['no prompt', 'tuned prompt', 'tuned prompt', 'tuned prompt'])
    expect(events).toContainEqual(expect.objectContaining({ event: 'warning', code: 'run/rows-left-out' }))
    const { evaluations } = await service.call('runs.show', { run: 'b' })
    expect(evaluations.at(-1)).toMatchObject({ dataset: data.dataset, rows: 12, subject: 'tuned prompt' })
    // The runs' own test rows are still what a committee is judged by.
    expect(await service.call('committees.figures', { runs: input.runs })).toMatchObject({ rows: 15 })
  })

  it('promises something only of rows that none of them was tuned or calibrated on', async () => {
    const { folder, service, base, tune } = await start()
    await tune('a')
    await service.call('calibrations.measure', { run: 'a' })
    await service.call('calibrations.limit', { run: 'a', limit: 0.4 })
    const { dataset, version, text, label } = base
    const own = { runs: ['a'], dataset, version, text, label }
    // Of its own table that is its test set, and what belongs to no set.
    const { rows } = await service.call('runs.show', { run: 'a' })
    const scored = await service.call('committees.score', own)
    expect(scored).toMatchObject({ rows: 60, trust: { on: 'table', rows: 60 - rows.train - rows.validation } })
    expect(scored.trust.threshold?.tested.rows).toBe(scored.trust.rows)
    // The same texts in another table, however they are capitalised, are known as well.
    const path = join(folder, 'again.csv')
    writeFileSync(path, readFileSync(join(folder, 'mail.csv'), 'utf8').replaceAll('message', 'MESSAGE'))
    const again = await service.call('data.import', { path })
    const other = await service.call('committees.score', { ...own, dataset: again.dataset, version: again.version })
    expect(other.trust.rows).toBe(scored.trust.rows)
  })

  it('answers a text by the mean of the members’ probabilities, and shows each of them', async () => {
    const { service, tune } = await start()
    await tune('a')
    await tune('b', { initText: 'wrong at 1' })
    const { labels, members, agreeing } = await service.call('committees.classify', {
      prompts: ['b', 'a', 'b'],
      text: 'Where is it?',
    })
    expect(members.map(({ name }) => name)).toEqual(['b', 'a'])
    for (const { name, labels: own } of members)
      expect(own).toEqual((await service.call('classify', { run: name, text: 'Where is it?' })).labels)
    for (const { label, probability } of labels) {
      const own = members.map((member) => member.labels.find((each) => each.label === label)?.probability ?? NaN)
      expect(probability).toBeCloseTo((own[0] ?? NaN) / 2 + (own[1] ?? NaN) / 2, 14)
    }
    expect(agreeing).toBe(1)
  })

  it('refuses prompts that have no labels in common, before the model is asked', async () => {
    const { service, tune } = await start()
    await tune('a')
    await tune('writes', { task: 'generation' })
    const input = { prompts: ['a', 'writes'], text: 'x' }
    await expect(service.call('committees.classify', input)).rejects.toMatchObject({ code: 'committee/no-labels' })
  })
})
