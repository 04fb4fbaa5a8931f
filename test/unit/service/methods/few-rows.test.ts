// Few rows: cross-validated unless their owner wants otherwise, and what is said before a run and after it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { prepareStudio, quick, spawnFake } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

/** The settings of a run whose rows are split as the studio finds best. */
const { folds: _, ...settings } = quick

async function start() {
  const folder = temporaryFolder()
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  return { folder, service, base: await prepareStudio(service, folder) }
}

describe('few rows', () => {
  it('are all of them for the test, by five folds, unless a run says otherwise', async () => {
    const { service, base } = await start()
    const plan = await service.call('runs.plan', { ...base, settings })
    expect(plan.rows).toEqual({ train: 60, validation: 60, test: 60, folds: 5 })
    expect(plan.settings.folds).toBe(5)
    const refused = await service.call('runs.plan', { ...base, settings: { ...settings, folds: 0 } })
    expect(refused.rows).toEqual({ train: 36, validation: 9, test: 15 })
    expect(refused.settings.folds).toBe(0)
    const chosen = await service.call('runs.plan', { ...base, settings: { ...settings, folds: 10 } })
    expect(chosen.rows).toMatchObject({ test: 60, folds: 10 })
    expect((await service.call('runs.plan', { ...base, test: 20, settings })).rows).toMatchObject({
      train: 60,
      test: 20,
    })
  })

  it('are split once where there are 150 of them, and cross-validated all the same where that is wanted', async () => {
    const { folder, service, base } = await start()
    const path = join(folder, 'more.csv')
    const rows = Array.from({ length: 150 }, (_, i) => `note ${String(i * 7919)},${i % 2 ? 'a' : 'b'}`)
    writeFileSync(path, ['text,label', ...rows, ''].join('\n'))
    const { dataset, version } = await service.call('data.import', { path })
    const more = { ...base, dataset, version }
    expect((await service.call('runs.plan', { ...more, settings })).rows.folds).toBeUndefined()
    expect((await service.call('runs.plan', { ...more, settings: { ...settings, folds: 4 } })).rows).toMatchObject({
      folds: 4,
      test: 150,
    })
  })

  it('come with what their test can show, before a run and where the data is looked at', async () => {
    const { service, base } = await start()
    const all = await service.call('runs.plan', { ...base, settings })
    const some = await service.call('runs.plan', { ...base, settings: { ...settings, folds: 0 } })
    expect([all.power.rows, some.power.rows]).toEqual([60, 15])
    expect(all.power.smallest ?? NaN).toBeLessThan(some.power.smallest ?? NaN)
    const { dataset, version } = base
    expect((await service.call('data.profile', { dataset, version })).power).toEqual(all.power)
  })

  it('give a verdict that says who judged it, and what the kept prompt is tuned on', async () => {
    const { service, base } = await start()
    const { name } = await service.call('runs.start', { ...base, settings })
    expect(await service.call('runs.watch', { run: name })).toMatchObject({ state: 'finished' })
    const verdict = await service.call('runs.verdict', { run: name })
    expect(verdict.rows).toBe(60)
    expect(verdict.judges).toBe(
      'Judged by 5 prompts tuned on four fifths of the rows each, none of which saw the rows that it answered; the prompt that you keep is tuned on all 60 rows. The interval takes the rows for independent of each other; as each prompt answers many of them, and the prompts share most of what they learned from, it may be somewhat too narrow.',
    )
    // What the kept prompt answers to rows that it has learned from is no evidence.
    await service.call('score', {
      run: name,
      dataset: base.dataset,
      version: base.version,
      text: 'text',
      label: 'label',
    })
    const before = await service.call('runs.answers', { run: name, subject: 'tuned prompt' })
    const { evaluations } = await service.call('runs.show', { run: name })
    expect(evaluations.filter(({ subject }) => subject === 'tuned prompt')).toHaveLength(2)
    expect(await service.call('runs.verdict', { run: name })).toEqual(verdict)
    expect(before).toHaveLength(60)
    const once = await service.call('runs.start', { ...base, settings: quick })
    await service.call('runs.watch', { run: once.name })
    expect((await service.call('runs.verdict', { run: once.name })).judges).toBeUndefined()
  })

  it('are judged by the same folds where a run is repeated', async () => {
    const { service, base } = await start()
    const { name } = await service.call('runs.start', { ...base, settings })
    await service.call('runs.watch', { run: name })
    const again = { ...base, rowsOf: name, settings: { ...settings, steps: 10, seed: 9, folds: 5 } }
    expect((await service.call('runs.plan', again)).rows).toEqual({ train: 60, validation: 60, test: 60, folds: 5 })
  })

  it('are split once for a method that makes a model', async () => {
    const { service, base } = await start()
    const whole = { steps: 5, method: 'full-fine-tuning' }
    expect((await service.call('runs.plan', { ...base, settings: whole })).rows.folds).toBeUndefined()
    await expect(service.call('runs.plan', { ...base, settings: { ...whole, folds: 5 } })).rejects.toMatchObject({
      code: 'tuning/folds-model',
    })
    const sweep = { ...base, models: [base.model], seeds: 1, halving: false, settings: { steps: 5 } }
    const { model: __, ...rows } = sweep
    const of = (methods: string[]) => service.call('sweeps.plan', { ...rows, vary: { method: methods } })
    expect((await of(['prefix-tuning', 'tail-ia3'])).rows.folds).toBe(5)
    expect((await of(['prefix-tuning', 'full-fine-tuning'])).rows.folds).toBeUndefined()
  })

  it('judge no run that starts from a prompt which has learned from them', async () => {
    const { service, base } = await start()
    const { name } = await service.call('runs.start', { ...base, name: 'earlier', settings })
    await service.call('runs.watch', { run: name })
    await expect(service.call('runs.plan', { ...base, from: name, settings })).rejects.toMatchObject({
      code: 'tuning/start-seen',
    })
    // Rows that are split once, by the same seed, are the same ones again.
    const split = await service.call('runs.start', { ...base, name: 'split', settings: quick })
    await service.call('runs.watch', { run: split.name })
    expect((await service.call('runs.plan', { ...base, from: split.name, settings: quick })).rows.test).toBe(15)
    await expect(
      service.call('runs.plan', { ...base, from: split.name, settings: { ...quick, seed: 4 } }),
    ).rejects.toMatchObject({ code: 'tuning/start-seen' })
  })
})
