// The service on a real database and a real compute process: a run's journey, and what happens when things go wrong.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ComputeChild } from '../../../main/service/compute/child.ts'
import type { StudioEvent } from '../../../main/contract/service.ts'
import { openStore } from '../../../main/engine/store/store.ts'
import { openHome } from '../../../main/service/home/home.ts'
import { createService } from '../../../main/service/service.ts'
import { prepareStudio, quick, spawnFake, watchRun } from '../../support/fake-studio.ts'
import { temporaryFolder } from '../../support/temporary.ts'

async function start(options: { retries?: number } = {}) {
  const folder = temporaryFolder()
  const home = openHome(join(folder, 'home'))
  const children: ComputeChild[] = []
  const spawn = () => {
    const child = spawnFake()
    children.push(child)
    return child
  }
  const service = await createService({ home, spawn, threads: 1, ...options })
  onTestFinished(() => service.close())
  return { service, home, children, base: await prepareStudio(service, folder) }
}

const stepsOf = (events: readonly StudioEvent[]) => events.flatMap((e) => (e.event === 'step' ? [e.step] : []))

describe('a run', () => {
  it('goes from rows to a prompt, with curve, checkpoints, and figures for both subjects', async () => {
    const { service, base } = await start()
    const run = await service.call('runs.start', { ...base, name: 'mine', settings: quick })
    expect(run).toMatchObject({ name: 'mine', state: 'queued', seed: 3 })
    const events = await watchRun(service, 'mine')
    expect(events.filter(({ event }) => event === 'state').map((e) => 'state' in e && e.state)).toEqual([
      'queued',
      'running',
      'finished',
    ])
    expect(stepsOf(events)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    const details = await service.call('runs.show', { run: 'mine' })
    expect(details.run).toMatchObject({ state: 'finished', error: undefined })
    expect(details.rows).toEqual({ train: 36, validation: 9, test: 15 })
    expect(details.steps).toHaveLength(20)
    expect(details.checkpoint).toBe(20)
    expect(details.evaluations.map(({ subject, rows }) => [subject, rows])).toEqual([
      ['no prompt', 15],
      ['tuned prompt', 15],
      ['hand-written prompt', 15],
      ['word count', 15],
      ['linear probe', 15],
    ])
    const prompt = await service.call('prompts.get', { run: 'mine' })
    expect(prompt.tensors['prompt']?.shape).toEqual([2, 4])
    expect(prompt.labels).toEqual(['billing', 'delivery', 'praise'])
  })

  it('that diverges has a state of its own, with its reason, and no second chance', async () => {
    const { service, base } = await start()
    const settings = { ...quick, initText: 'diverge' }
    await service.call('runs.start', { ...base, name: 'wild', settings })
    const events = await watchRun(service, 'wild')
    expect(events.at(-1)).toMatchObject({ event: 'state', state: 'diverged', message: 'It diverged.' })
    const { run, evaluations } = await service.call('runs.show', { run: 'wild' })
    expect(run).toMatchObject({ state: 'diverged', error: 'It diverged.', endedAt: expect.any(String) as string })
    expect((await service.call('runs.list', {}))[0]).toMatchObject({ name: 'wild', state: 'diverged' })
    expect(evaluations).toHaveLength(5)
    await expect(service.call('runs.resume', { run: 'wild' })).rejects.toMatchObject({ code: 'run/diverged' })
    expect((await service.call('prompts.list', {})).map(({ name }) => name)).toEqual(['wild'])
    await service.call('runs.start', { ...base, name: 'wilder', settings: { ...quick, initText: 'diverge at once' } })
    await watchRun(service, 'wilder')
    expect((await service.call('runs.show', { run: 'wilder' })).run.state).toBe('diverged')
    expect((await service.call('prompts.list', {})).map(({ name }) => name)).toEqual(['wild'])
    await expect(service.call('classify', { run: 'wilder', text: 'x' })).rejects.toMatchObject({ code: 'run/diverged' })
    const [advice] = await service.call('runs.advise', { run: 'wilder' })
    expect(advice).toMatchObject({ rule: 'rate-too-high' })
  })

  it('is replayed in full to a late follower', async () => {
    const { service, base } = await start()
    const { name } = await service.call('runs.start', { ...base, settings: quick })
    await new Promise<void>(
      (resolve) =>
        void watchRun(service, name, (e) => {
          if (e.event === 'checkpoint') resolve()
        }),
    )
    expect(stepsOf(await watchRun(service, name))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  })

  it('waits for the one before it', async () => {
    const { service, base } = await start()
    const [a, b] = [
      await service.call('runs.start', { ...base, settings: quick }),
      await service.call('runs.start', { ...base, settings: quick }),
    ]
    const order: string[] = []
    await Promise.all(
      [a, b].map(({ name }) =>
        watchRun(service, name, (e) => {
          if (e.event === 'step') order.push(name)
        }),
      ),
    )
    expect(order).toEqual([...Array<string>(20).fill(a.name), ...Array<string>(20).fill(b.name)])
  })

  it('stops behind a step, keeps it, and goes on to the same prompt', async () => {
    const { service, base } = await start()
    const settings = { ...quick, steps: 60 }
    const whole = await service.call('runs.start', { ...base, settings })
    await watchRun(service, whole.name)
    const halted = await service.call('runs.start', { ...base, settings })
    let stopping: Promise<unknown> | undefined
    await watchRun(service, halted.name, (e) => {
      if (e.event === 'step' && e.step === 8) stopping = service.call('runs.stop', { run: halted.name })
    })
    expect(await stopping).toMatchObject({ state: 'stopped' })
    const { checkpoint, steps } = await service.call('runs.show', { run: halted.name })
    expect(checkpoint).toBe(steps.length)
    expect(checkpoint).toBeLessThan(60)
    await service.call('runs.resume', { run: halted.name })
    const events = await watchRun(service, halted.name)
    expect(stepsOf(events)[0]).toBe((checkpoint ?? 0) + 1)
    expect(await service.call('prompts.get', { run: halted.name })).toEqual(
      await service.call('prompts.get', { run: whole.name }),
    )
    const curve = async (run: string) => (await service.call('runs.show', { run })).steps
    expect(await curve(halted.name)).toEqual(await curve(whole.name))
  })

  it('waiting in the queue can be stopped before it has begun', async () => {
    const { service, base } = await start()
    const first = await service.call('runs.start', { ...base, settings: quick })
    const second = await service.call('runs.start', { ...base, settings: quick })
    expect(await service.call('runs.stop', { run: second.name })).toMatchObject({ state: 'stopped' })
    // The one under way goes on undisturbed.
    expect((await service.call('runs.watch', { run: first.name })).state).toBe('finished')
  })
})

describe('when compute', () => {
  it('reports a failure, the run has failed with that sentence', async () => {
    const { service, base } = await start()
    const { name } = await service.call('runs.start', { ...base, settings: { ...quick, initText: 'fail' } })
    await watchRun(service, name)
    const { run } = await service.call('runs.show', { run: name })
    expect(run.state).toBe('failed')
    expect(run.error).toContain('the test asked for it')
  })

  it('dies once, the run goes on by itself from its checkpoint and says so', async () => {
    const { service, base, children } = await start()
    const { name } = await service.call('runs.start', { ...base, settings: quick })
    let killed = false
    const events = await watchRun(service, name, (e) => {
      if (e.event !== 'step' || e.step !== 8 || killed) return
      killed = true
      children.at(-1)?.kill()
    })
    const details = await service.call('runs.show', { run: name })
    expect(details.run.state).toBe('finished')
    expect(details.notes.map(({ code }) => code)).toContain('run/crashed')
    expect(events.find(({ event }) => event === 'warning')).toMatchObject({ step: 5 })
    expect(details.steps.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  })

  it('dies again and again, the run is interrupted with its last checkpoint, and can be resumed', async () => {
    const { service, base, children } = await start({ retries: 1 })
    const { name } = await service.call('runs.start', { ...base, settings: { ...quick, initText: 'die' } })
    await watchRun(service, name)
    const { run, checkpoint } = await service.call('runs.show', { run: name })
    expect(run.state).toBe('interrupted')
    expect(run.error).toMatch(/SIGKILL.*up to step 5 is kept/)
    expect(checkpoint).toBe(5)
    // One for the model, two for the run.
    expect(children).toHaveLength(3)
    expect(await service.call('runs.resume', { run: name })).toMatchObject({ state: 'queued' })
  })
})

describe('the service', () => {
  it('marks runs of a dead service as interrupted when it starts', async () => {
    const { service, home, base } = await start()
    const { name } = await service.call('runs.start', { ...base, settings: quick })
    await watchRun(service, name)
    await service.close()
    const store = await openStore(home.database)
    await store.runs.setState(1, 'running')
    await store.close()
    const again = await createService({ home, spawn: spawnFake, threads: 1 })
    onTestFinished(() => again.close())
    const { run } = await again.call('runs.show', { run: name })
    expect(run.state).toBe('interrupted')
    expect(run.error).toContain('up to step 20 is kept')
    await again.call('runs.resume', { run: name })
    await watchRun(again, name)
    expect((await again.call('runs.show', { run: name })).run.state).toBe('finished')
  })

  it('keeps the checkpoint of a run that is under way when it is closed', async () => {
    const { service, home, base } = await start()
    const { name } = await service.call('runs.start', { ...base, settings: { ...quick, steps: 1000 } })
    await new Promise<void>(
      (resolve) =>
        void watchRun(service, name, (e) => {
          if (e.event === 'checkpoint') resolve()
        }),
    )
    await service.close()
    const store = await openStore(home.database)
    onTestFinished(() => store.close())
    const run = await store.runs.find(name)
    expect(run?.state).toBe('stopped')
    expect(await store.checkpoints.step(run?.id ?? 0)).toBeGreaterThanOrEqual(5)
  })

  it('scores, tries and streams with a tuned prompt', async () => {
    const { service, base } = await start()
    const { name } = await service.call('runs.start', { ...base, settings: quick })
    await watchRun(service, name)
    const { dataset, version, text, label } = base
    const scored = await service.call('score', { run: name, dataset, version, text, label })
    expect(scored.map(({ subject, rows }) => [subject, rows])).toEqual([
      ['no prompt', 60],
      ['tuned prompt', 60],
    ])
    const pieces: string[] = []
    const sampling = { maxNewTokens: 8, temperature: 0, topP: 1, stop: [], seed: 0 }
    const onEvent = (e: StudioEvent) => {
      if (e.event === 'token') pieces.push(e.text)
    }
    expect(await service.call('try', { run: name, text: 'one two', sampling }, { onEvent })).toEqual({
      text: 'ONE TWO ',
    })
    expect(pieces).toEqual(['ONE ', 'TWO '])
    const abort = new AbortController()
    const long = 'word '.repeat(5000)
    const cancelled = service.call(
      'try',
      { run: name, text: long, sampling },
      {
        onEvent: () => {
          abort.abort()
        },
        signal: abort.signal,
      },
    )
    await expect(cancelled).rejects.toMatchObject({ code: 'run/cancelled' })
  })

  it('answers what cannot be done with one clear sentence', async () => {
    const { service, base } = await start()
    const refused = async (work: Promise<unknown>) =>
      work.then(
        () => 'done',
        (error: { code: string }) => error.code,
      )
    expect(await refused(service.call('runs.show', { run: 'nothing' }))).toBe('store/missing')
    expect(await refused(service.call('runs.stop', { run: 'nothing' }))).toBe('store/missing')
    expect(await refused(service.call('runs.start', { ...base, model: 'unknown', settings: {} }))).toBe('store/missing')
    expect(await refused(service.call('runs.start', { ...base, text: 'txt', settings: {} }))).toBe('run/no-column')
    expect(await refused(service.call('runs.start', { ...base, settings: { steps: -1 } }))).toBe('run/bad-input')
    expect(await refused(service.call('runs.start', { ...base, settings: { nonsense: 1 } as never }))).toBe(
      'run/bad-input',
    )
    expect(await refused(service.call('nonsense' as never, {} as never))).toBe('run/bad-input')
    expect(await refused(service.call('constructor' as never, {} as never))).toBe('run/bad-input')
    const { name } = await service.call('runs.start', { ...base, settings: { ...quick, steps: 500 } })
    expect(await refused(service.call('prompts.get', { run: name }))).toBe('run/no-prompt')
    expect(await refused(service.call('runs.resume', { run: name }))).toBe('run/already-running')
    await service.call('runs.stop', { run: name })
    expect(await refused(service.call('runs.stop', { run: name }))).toBe('run/not-running')
  })
  it('deletes at its start what windows had uploaded when they were killed, and nothing else', async () => {
    const home = openHome(temporaryFolder())
    mkdirSync(join(home.uploads, 'window-a', '1'), { recursive: true })
    writeFileSync(join(home.uploads, 'window-a', '1', 'mail.csv'), 'text,label')
    writeFileSync(join(home.cache, 'kept'), 'kept')
    const service = await createService({ home, spawn: spawnFake, threads: 1 })
    await service.close()
    expect(readdirSync(home.cache)).toEqual(['kept'])
  })
})
