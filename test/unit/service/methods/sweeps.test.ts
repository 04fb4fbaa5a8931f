// Sweeps through the service: started, halved, paused, interrupted and resumed, and what is reported of them.
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Input, Studio } from '../../../../main/contract/service.ts'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService, type Service } from '../../../../main/service/service.ts'
import { prepareStudio, quick, spawnFake } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

async function start() {
  const folder = temporaryFolder()
  const home = openHome(join(folder, 'home'))
  const open = (goOn = false): Promise<Service> => createService({ home, spawn: spawnFake, threads: 1, goOn })
  const service = await open()
  let last = service
  onTestFinished(() => last.close())
  const { model, ...table } = await prepareStudio(service, folder)
  /** A validation every five steps, as the test engine does it. */
  const base = {
    ...table,
    models: [model],
    settings: { ...quick, validateEvery: 5 },
    vary: {},
    seeds: 1,
    halving: true,
  }
  /** Closes the service, and opens another one on the same folder. */
  const again = async (goOn: boolean): Promise<Service> => {
    await last.close()
    return (last = await open(goOn))
  }
  return { service, base, again }
}

const four: Input<'sweeps.start'>['vary'] = { tokens: [1, 2], learningRate: [0.1, 0.2] }

const ended = async (studio: Studio, sweep: string) => {
  await studio.call('sweeps.watch', { sweep })
  return studio.call('sweeps.show', { sweep })
}

/** Resolves when so many steps of the sweep are done. */
const behind = (studio: Studio, sweep: string, steps: number): Promise<void> =>
  new Promise((resolve) => {
    const onEvent = (event: { event: string; done?: number }): void => {
      if (event.event === 'progress' && (event.done ?? 0) >= steps) resolve()
    }
    void studio.call('sweeps.watch', { sweep }, { onEvent }).catch(() => undefined)
  })

describe('a sweep', () => {
  it('is planned as it is run: the better half goes on, all on the same rows', async () => {
    const { service, base } = await start()
    const plan = await service.call('sweeps.plan', { ...base, vary: four })
    expect(plan).toMatchObject({ runs: 4, rungs: [0.25, 0.5, 1], survivors: [4, 2, 1], steps: 4 * 5 + 2 * 5 + 10 })
    const { name } = await service.call('sweeps.start', { ...base, vary: four })
    const { sweep, summary, configurations, sentence, factors, factorsOn } = await ended(service, name)
    expect(sweep).toMatchObject({ name: 'sweep-1', state: 'finished', error: undefined })
    expect(summary).toMatchObject({ configurations: 4, seeds: 1, done: 40, steps: 40 })
    expect(configurations.map(({ fate }) => fate)).toEqual(['finished', 'left behind', 'left behind', 'left behind'])
    expect(configurations.map(({ runs }) => runs[0]?.step)).toEqual([20, 10, 5, 5])
    expect(configurations[0]).toMatchObject({ rank: [1, 1], early: { mean: 0.5 } })
    expect(configurations[1]?.test).toBeUndefined()
    expect(sentence).toMatch(/^Only one finished: virtual tokens \d, learning rate 0\.\d/)
    expect(factorsOn).toBe('validation')
    expect(factors.map(({ setting, pairs, matters }) => ({ setting, pairs, matters }))).toEqual([
      { setting: 'tokens', pairs: 2, matters: 'cannot tell' },
      { setting: 'learningRate', pairs: 2, matters: 'cannot tell' },
    ])
    const runs = await service.call('runs.list', {})
    expect(runs.map((run) => run.name)).toEqual(['sweep-1.1', 'sweep-1.2', 'sweep-1.3', 'sweep-1.4'])
    expect((await service.call('sweeps.list', {}))[0]).toMatchObject({ name: 'sweep-1', done: 40 })
  })

  it('of random seeds alone reports their mean and interval, on one split', async () => {
    const { service, base } = await start()
    const { name } = await service.call('sweeps.start', { ...base, name: 'thrice', seeds: 3 })
    const { configurations, sentence, summary } = await ended(service, name)
    expect(summary).toMatchObject({ configurations: 1, seeds: 3 })
    expect(configurations[0]?.runs.map(({ run, seed }) => [run, seed])).toEqual([
      ['thrice seed 3', 3],
      ['thrice seed 4', 4],
      ['thrice seed 5', 5],
    ])
    expect(configurations[0]?.test?.mean).toBeGreaterThan(0.8)
    expect(sentence).toMatch(/% \(95 % interval \d+ to \d+\), 3 seeds, \d+ test rows\.$/)
    const verdict = await service.call('runs.verdict', { run: 'thrice seed 3', against: 'thrice seed 5' })
    expect(verdict.kind).toBe('cannot tell')
  })

  it('pauses, goes on where it was, and ends as if nothing had been', async () => {
    const { service, base } = await start()
    const { name } = await service.call('sweeps.start', { ...base, vary: four })
    await behind(service, name, 7)
    expect(await service.call('sweeps.stop', { sweep: name })).toMatchObject({ state: 'paused', error: undefined })
    await expect(service.call('sweeps.stop', { sweep: name })).rejects.toMatchObject({ code: 'sweep/not-running' })
    await service.call('sweeps.resume', { sweep: name })
    const { sweep, summary } = await ended(service, name)
    expect([sweep.state, summary.done]).toEqual(['finished', 40])
    await expect(service.call('sweeps.resume', { sweep: name })).rejects.toMatchObject({
      code: 'sweep/already-finished',
    })
  })

  it('survives the service: a host that stays resumes it, another one leaves it until it is resumed', async () => {
    const { service, base, again } = await start()
    const { name } = await service.call('sweeps.start', { ...base, vary: four })
    await behind(service, name, 12)
    const command = await again(false)
    expect(await command.call('sweeps.watch', { sweep: name })).toMatchObject({ state: 'running' })
    const window = await again(true)
    const { sweep, summary } = await ended(window, name)
    expect([sweep.state, summary.done]).toEqual(['finished', 40])
  })

  it('waits, and says why, where the owner stopped one of its runs', async () => {
    const { service, base } = await start()
    const { name } = await service.call('sweeps.start', { ...base, settings: { ...base.settings, steps: 5000 } })
    await behind(service, name, 3)
    await service.call('runs.stop', { run: name })
    expect((await ended(service, name)).sweep).toMatchObject({
      state: 'paused',
      error: 'It is waiting because its run "sweep-1" was stopped. Resume it to continue.',
    })
  })

  it('leaves out a run that fails or is discarded, and goes on with the others', async () => {
    const { service, base } = await start()
    const vary: Input<'sweeps.start'>['vary'] = { initText: ['fail', 'fine'] }
    const settings = { ...base.settings, init: 'text' as const }
    const { name } = await service.call('sweeps.start', { ...base, settings, vary })
    const { configurations, sweep } = await ended(service, name)
    expect(sweep.state).toBe('finished')
    expect(configurations.map(({ values, fate }) => [values.initText, fate])).toEqual([
      ['fine', 'finished'],
      ['fail', 'failed'],
    ])
    expect(configurations[1]?.runs[0]?.error).toContain('the test asked for it')
  })

  it('is not discarded while one of its prompts answers programs', async () => {
    const { service, base } = await start()
    const { name } = await service.call('sweeps.start', { ...base, vary: { tokens: [1, 2] } })
    await ended(service, name)
    const prompt = (await service.call('prompts.list', {}))[0]?.name ?? ''
    await service.call('shelf.put', { prompt, name: 'mail' })
    await expect(service.call('sweeps.discard', { sweep: name })).rejects.toMatchObject({ code: 'shelf/answers' })
    expect((await service.call('shelf.list', {}))[0]).toMatchObject({ prompt: { name: prompt } })
    await service.call('shelf.takeOff', { item: 'mail' })
    await service.call('sweeps.discard', { sweep: name })
    expect(await service.call('sweeps.list', {})).toEqual([])
  })

  it('is discarded with all its runs, while it is under way too', async () => {
    const { service, base } = await start()
    const { name } = await service.call('sweeps.start', { ...base, vary: four })
    await behind(service, name, 7)
    await service.call('sweeps.discard', { sweep: name })
    expect([await service.call('sweeps.list', {}), await service.call('runs.list', {})]).toEqual([[], []])
    await service.call('trash.delete', { datasets: [base.dataset] })
    await expect(service.call('sweeps.show', { sweep: name })).rejects.toMatchObject({ code: 'store/missing' })
  })
})
