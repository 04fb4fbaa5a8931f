// Runs that start from an earlier prompt, through the service: found, refused, kept, and true when the earlier one is gone.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Input } from '../../../../main/contract/service.ts'
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
  const begin = (name: string, settings: GivenSettings, other: Partial<Input<'runs.start'>> = {}) =>
    service.call('runs.start', { ...base, ...other, name, settings })
  const tune = async (name: string, settings: GivenSettings, other: Partial<Input<'runs.start'>> = {}) => {
    await begin(name, settings, other)
    await watchRun(service, name)
  }
  const curveOf = async (run: string) => (await service.call('runs.show', { run })).steps.map(({ loss }) => loss)
  const starts = (): number => {
    const database = new Database(join(folder, 'home', 'studio.db'), { readonly: true })
    const { rows } = database.prepare('SELECT count(*) AS rows FROM starts').get() as { rows: number }
    database.close()
    return rows
  }
  await tune('earlier', quick)
  return { folder, service, base, begin, tune, curveOf, starts }
}

/** What the next run chooses for itself; its method and shape it has from the earlier one. */
const next = { steps: 10, seed: 3, learningRate: 0.1, folds: 0 } as const

describe('a run from an earlier prompt', () => {
  it('goes on from its numbers, with its method and shape, and says so', async () => {
    const { service, base, tune, curveOf } = await start()
    const { settings } = await service.call('runs.plan', { ...base, from: 'earlier', settings: next })
    expect(settings).toMatchObject({ tokens: 2, steps: 10, from: { name: 'earlier' } })
    await tune('next', next, { from: '1' })
    await tune('afresh', { ...next, tokens: 2 })
    const { run } = await service.call('runs.show', { run: 'next' })
    expect(run.settings.from).toEqual(settings.from)
    expect((await service.call('prompts.get', { run: 'next' })).settings.from).toEqual(settings.from)
    expect((await curveOf('next'))[0]).not.toEqual((await curveOf('afresh'))[0])
    const { files } = await service.call('export', { run: 'next', to: 'peft', folder: temporaryFolder() })
    expect(files).toContain('README.md')
    const { html } = await service.call('runs.report', { runs: ['next', 'afresh'] })
    expect(html).toContain('<th>from</th><td>earlier</td>')
  })

  it('is the same run when the earlier one is removed before it begins, and after it has stopped', async () => {
    const { service, begin, tune, curveOf, starts } = await start()
    await tune('known', next, { from: 'earlier' })
    await begin('busy', { ...quick, steps: 5000 })
    await begin('waiting', next, { from: 'earlier' })
    await begin('halted', { ...next, steps: 300 }, { from: 'earlier' })
    await service.call('runs.discard', { run: 'earlier' })
    await service.call('runs.discard', { run: 'busy' })
    await watchRun(service, 'waiting')
    expect(await curveOf('waiting')).toEqual(await curveOf('known'))
    await new Promise<void>((resolve) => {
      void watchRun(service, 'halted', (event) => {
        if (event.event === 'step' && event.step === 7) resolve()
      })
    })
    await service.call('runs.stop', { run: 'halted' })
    await service.call('runs.watch', { run: 'halted' })
    await service.call('runs.resume', { run: 'halted' })
    await watchRun(service, 'halted')
    await tune('whole', (await service.call('runs.show', { run: 'halted' })).run.settings)
    expect(await curveOf('halted')).toEqual(await curveOf('whole'))
    expect(starts()).toBe(1)
    for (const run of ['known', 'waiting', 'halted', 'whole']) await service.call('runs.discard', { run })
    expect(starts()).toBe(0)
  })

  it('is measured before it begins, and inspected when it has ended', async () => {
    const { service, base, tune } = await start()
    const measured = await service.call('runs.preflight', { ...base, from: 'earlier', settings: next })
    expect(measured.plan.settings.from).toMatchObject({ name: 'earlier' })
    await tune('next', next, { from: 'earlier' })
    await service.call('runs.discard', { run: 'earlier' })
    expect((await service.call('runs.inspect', { run: 'next' })).inspection.tokens).toHaveLength(2)
  })

  it('is refused in one sentence where the prompt does not fit', { timeout: 60_000 }, async () => {
    const { folder, service, base, begin } = await start()
    const path = join(folder, 'other.gguf')
    writeFileSync(path, 'another model')
    const { name: model } = await service.call('models.add', { path })
    await begin('failing', { ...quick, initText: 'fail' })
    await watchRun(service, 'failing').catch(() => undefined)
    for (const [settings, other, code] of [
      [next, { model }, 'tuning/start-model'],
      [{ ...next, method: 'prompt-tuning' }, {}, 'tuning/start-method'],
      [{ ...next, tokens: 3 }, {}, 'tuning/start-shape'],
      [next, { from: 'failing' }, 'run/no-prompt'],
      [next, { from: 'nobody' }, 'store/missing'],
    ] as const) {
      const input = { ...base, from: 'earlier', ...other, settings }
      for (const method of ['runs.plan', 'runs.preflight', 'runs.start'] as const)
        await expect(service.call(method, input)).rejects.toMatchObject({ code })
    }
    const unknown = { ...next, from: { name: 'gone', sha256: 'b'.repeat(64) } }
    await expect(service.call('runs.start', { ...base, settings: unknown })).rejects.toThrow('no prompt "gone"')
  })
})

describe('several runs from one prompt', () => {
  it('all start there, though it is removed while they run', async () => {
    const { service, base, tune, curveOf, starts } = await start()
    await tune('first', next, { from: 'earlier' })
    // A sweep's runs all have the rows of its first one.
    await tune('known', { ...next, seed: 4 }, { from: 'earlier', rowsOf: 'first' })
    const { model, ...rows } = base
    const seeds = { name: 'luck', ...rows, models: [model], from: 'earlier', settings: next, vary: {}, seeds: 2 }
    await service.call('sweeps.start', { ...seeds, halving: false })
    await service.call('runs.discard', { run: 'earlier' })
    await service.call('sweeps.watch', { sweep: 'luck' })
    expect(await curveOf('luck seed 4')).toEqual(await curveOf('known'))
    for (const run of ['first', 'known', 'luck seed 3', 'luck seed 4']) await service.call('runs.discard', { run })
    expect(starts()).toBe(1)
    await service.call('sweeps.discard', { sweep: 'luck' })
    expect(starts()).toBe(0)
  })

  it('are refused where one of them does not fit', async () => {
    const { service, base } = await start()
    const { model, ...rows } = base
    const swept = { ...rows, models: [model], from: 'earlier', settings: next, seeds: 1, halving: false }
    const plan = (vary: Input<'sweeps.plan'>['vary']) => service.call('sweeps.plan', { ...swept, vary })
    expect((await plan({ learningRate: [0.1, 0.2] })).runs).toBe(2)
    await expect(plan({ tokens: [2, 4] })).rejects.toMatchObject({ code: 'tuning/start-shape' })
    await expect(plan({ method: ['prefix-tuning', 'tail-lora'] })).rejects.toMatchObject({
      code: 'tuning/start-method',
    })
  })
})

it('the prompts to start from are those of the model, method and shape, the newest first', async () => {
  const { folder, service, base, tune } = await start()
  await tune('later', { ...quick, tokens: 3 })
  await tune('embeddings', { ...quick, method: 'prompt-tuning' })
  const path = join(folder, 'other.gguf')
  writeFileSync(path, 'another model')
  const { name: other } = await service.call('models.add', { path })
  const possible = async (settings: GivenSettings, model = base.model) =>
    (await service.call('runs.starts', { model, settings })).map(({ name }) => name)
  const prefixes = { method: 'prefix-tuning' }
  expect(await possible(prefixes)).toEqual(['later', 'earlier'])
  expect(await possible({})).toEqual(['embeddings', 'later', 'earlier'])
  expect(await possible({ tokens: 2 })).toEqual(['embeddings', 'earlier'])
  expect(await possible({ method: 'prompt-tuning' })).toEqual(['embeddings'])
  expect(await possible(prefixes, other)).toEqual([])
  const [first] = await service.call('runs.starts', { model: base.model, settings: prefixes })
  expect(first).toEqual({ name: 'later', tunedOn: 'mail.csv' })
})
