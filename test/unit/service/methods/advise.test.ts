// Advice as a window or the command line gets it, and the run that it starts.
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { prepareStudio, quick, spawnFake, watchRun } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

async function start() {
  const folder = temporaryFolder()
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  const base = await prepareStudio(service, folder)
  const run = await service.call('runs.start', { ...base, name: 'first', test: 11, settings: quick })
  await watchRun(service, 'first')
  return { service, base, run }
}

describe('advice', () => {
  it('comes from the figures of the stored run', async () => {
    const { service } = await start()
    const { validations } = await service.call('runs.show', { run: 'first' })
    const advised = await service.call('runs.advise', { run: 'first' })
    const advice = advised.find(({ rule }) => rule === 'over-fitting')
    expect(advice).toMatchObject({ settings: { weightDecay: 0.1 } })
    expect(advice?.evidence).toContain(Number(validations.at(-1)?.loss.toPrecision(3)))
    await expect(service.call('runs.advise', { run: 'none' })).rejects.toMatchObject({ code: 'store/missing' })
  })

  it('is not given while a run is under way', async () => {
    const { service, base } = await start()
    await service.call('runs.start', { ...base, name: 'long', settings: { ...quick, steps: 5000 } })
    expect(await service.call('runs.advise', { run: 'long' })).toEqual([])
    await service.call('runs.discard', { run: 'long' })
  })

  it('comes to a run on the same rows, also with another seed', async () => {
    const { service, base, run } = await start()
    const settings = { ...run.settings, tokens: 3, seed: 99 }
    const next = await service.call('runs.start', { ...base, name: 'next', rowsOf: 'first', settings })
    expect(next.settings).toEqual(settings)
    await watchRun(service, 'next')
    const verdict = await service.call('runs.verdict', { run: 'next', against: 'first' })
    const { rows } = await service.call('runs.show', { run: 'first' })
    expect(verdict.rows).toBe(rows.test)
    expect((await service.call('runs.show', { run: 'next' })).rows).toEqual(rows)
  })

  it('comes to a run on half of the training rows, which is told apart from one on all', async () => {
    const { service, base, run } = await start()
    const { rows } = await service.call('runs.show', { run: 'first' })
    const again = { ...base, rowsOf: 'first', settings: run.settings }
    await service.call('runs.start', { ...again, name: 'half', share: 0.5 })
    await watchRun(service, 'half')
    const half = (await service.call('runs.show', { run: 'half' })).rows
    expect(half).toEqual({ ...rows, train: half.train })
    expect(half.train / rows.train).toBeCloseTo(0.5, 1)
    const plan = await service.call('runs.plan', again)
    expect(plan.rows).toEqual(rows)
    for (const share of [0, 1, 1.5, NaN]) await expect(service.call('runs.plan', { ...again, share })).rejects.toThrow()
  })

  it('cannot take over rows of another version', async () => {
    const { service, base } = await start()
    const { dataset } = base
    const change = { kind: 'cell' as const, column: 'text', value: 'edited since' }
    const { number: version } = await service.call('data.change', {
      dataset,
      target: { by: 'rows', rows: [1] },
      change,
    })
    const input = { ...base, version, rowsOf: 'first', settings: {} }
    await expect(service.call('runs.plan', input)).rejects.toMatchObject({ code: 'run/other-rows' })
  })
})
