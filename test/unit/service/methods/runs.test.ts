// What a person does with runs that wait or are under way: keep, discard, reorder, describe; and what is predicted before Start.
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Studio } from '../../../../main/contract/service.ts'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { prepareStudio, quick, spawnFake, watchRun } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

async function start() {
  const folder = temporaryFolder()
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  return { service, base: await prepareStudio(service, folder) }
}

const long = { ...quick, steps: 5000 }
const namesOf = async (service: Studio) => (await service.call('runs.list', {})).map(({ name }) => name).toSorted()

/** Resolves behind that step of the run. */
const behindStep = (service: Studio, run: string, step: number): Promise<void> =>
  new Promise((resolve) => {
    void watchRun(service, run, (e) => {
      if (e.event === 'step' && e.step >= step) resolve()
    }).catch(() => undefined)
  })

describe('a run that is under way', () => {
  it('is kept as it is: finished early and evaluated, with the best prompt so far', async () => {
    const { service, base } = await start()
    await service.call('runs.start', { ...base, name: 'kept', settings: long })
    await behindStep(service, 'kept', 12)
    await service.call('runs.keep', { run: 'kept' })
    expect(await service.call('runs.watch', { run: 'kept' })).toMatchObject({ state: 'finished' })
    const { steps, evaluations } = await service.call('runs.show', { run: 'kept' })
    expect(steps.length).toBeLessThan(5000)
    expect(evaluations.map(({ subject }) => subject)).toEqual([
      'no prompt',
      'tuned prompt',
      'hand-written prompt',
      'word count',
      'linear probe',
    ])
    expect((await service.call('prompts.get', { run: 'kept' })).labels).toHaveLength(3)
  })

  it('says all the while how far it is on its way to the verdict, and so does the list', async () => {
    const { service, base } = await start()
    await service.call('runs.start', { ...base, name: 'followed', settings: { ...quick, steps: 400 } })
    await behindStep(service, 'followed', 50)
    const listed = (await service.call('runs.list', {})).find(({ name }) => name === 'followed')
    expect(listed?.outlook).toMatchObject({ phase: 'learn' })
    expect(listed?.outlook?.left).toBeGreaterThan(0)
    const outlooks = (await watchRun(service, 'followed')).flatMap((e) => (e.event === 'outlook' ? [e] : []))
    expect([...new Set(outlooks.map(({ phase }) => phase))]).toEqual(['prepare', 'learn', 'judge'])
    expect((await service.call('runs.list', {})).find(({ name }) => name === 'followed')?.outlook).toBeUndefined()
    // The next run of its kind knows its time before its first step.
    await service.call('runs.start', { ...base, name: 'next', settings: { ...quick, steps: 400 } })
    const [first] = (await watchRun(service, 'next')).flatMap((e) => (e.event === 'outlook' ? [e] : []))
    expect(first).toMatchObject({ phase: 'prepare' })
    expect(first?.left).toBeGreaterThan(0.2)
  })

  it('is discarded with all that it made, and the next in the queue goes on', async () => {
    const { service, base } = await start()
    await service.call('runs.start', { ...base, name: 'unwanted', settings: long })
    await service.call('runs.start', { ...base, name: 'next', settings: quick })
    await behindStep(service, 'unwanted', 3)
    await service.call('runs.discard', { run: 'unwanted' })
    expect(await service.call('runs.watch', { run: 'next' })).toMatchObject({ state: 'finished' })
    expect(await namesOf(service)).toEqual(['next'])
    await expect(service.call('runs.show', { run: 'unwanted' })).rejects.toMatchObject({ code: 'store/missing' })
  })
})

describe('a run that is paused', () => {
  it('is finished with what it has learned, without another step', async () => {
    const { service, base } = await start()
    await service.call('runs.start', { ...base, name: 'paused', settings: long })
    await behindStep(service, 'paused', 12)
    await service.call('runs.stop', { run: 'paused' })
    const { steps, checkpoint } = await service.call('runs.show', { run: 'paused' })
    expect(await service.call('runs.keep', { run: 'paused' })).toMatchObject({ name: 'paused', state: 'queued' })
    expect(await service.call('runs.watch', { run: 'paused' })).toMatchObject({ state: 'finished' })
    const kept = await service.call('runs.show', { run: 'paused' })
    expect(kept.steps).toHaveLength(steps.length)
    expect(kept.checkpoint).toBe(checkpoint)
    expect(kept.evaluations).toHaveLength(5)
    await expect(service.call('runs.keep', { run: 'paused' })).rejects.toMatchObject({ code: 'run/already-finished' })
  })

  it('before its first step has nothing to keep', async () => {
    const { service, base } = await start()
    await service.call('runs.start', { ...base, name: 'first', settings: long })
    await service.call('runs.start', { ...base, name: 'waiting', settings: long })
    await service.call('runs.stop', { run: 'waiting' })
    await expect(service.call('runs.keep', { run: 'waiting' })).rejects.toMatchObject({ code: 'run/nothing-learned' })
  })
})

describe('a run like an earlier one', () => {
  it.each(['tail-ia3', 'prefix-tuning'])('takes all its settings, by %s too', async (method) => {
    const { service, base } = await start()
    const { settings: own } = await service.call('runs.plan', { ...base, settings: { method } })
    const { settings } = await service.call('runs.plan', { ...base, settings: own })
    expect(settings).toEqual(own)
    // The tokens of another method are no choice.
    const { settings: other } = await service.call('runs.plan', {
      ...base,
      settings: { ...own, method: 'prompt-tuning' },
    })
    expect(other.tokens).toBeGreaterThan(0)
  })
})

describe('a run that has finished', () => {
  it('knows what tuning took, over a pause too, and what using it takes; one that has not knows nothing', async () => {
    const { service, base } = await start()
    await service.call('runs.start', { ...base, name: 'measured', settings: quick })
    await behindStep(service, 'measured', 7)
    await service.call('runs.stop', { run: 'measured' })
    expect((await service.call('runs.show', { run: 'measured' })).measures).toBeUndefined()
    await service.call('runs.resume', { run: 'measured' })
    expect(await service.call('runs.watch', { run: 'measured' })).toMatchObject({ state: 'finished' })
    const { measures, steps } = await service.call('runs.show', { run: 'measured' })
    expect(steps).toHaveLength(20)
    const seconds = steps.reduce((sum, { milliseconds }) => sum + milliseconds / 1000, 0.25)
    expect(measures).toMatchObject({ parameters: 8, peakBytes: 5e8, answerMilliseconds: 20, neutral: undefined })
    expect(measures?.seconds).toBeCloseTo(seconds, 9)
  })
})

describe('runs that wait', () => {
  const queueOf = async (service: Studio) =>
    (await service.call('runs.list', {}))
      .filter(({ place }) => place !== undefined)
      .toSorted((a, b) => Number(a.place) - Number(b.place))
      .map(({ name }) => name)

  it('are put in another order, and come in that order', async () => {
    const { service, base } = await start()
    await service.call('runs.start', { ...base, name: 'first', settings: long })
    for (const name of ['a', 'b', 'c']) await service.call('runs.start', { ...base, name, settings: quick })
    expect(await queueOf(service)).toEqual(['a', 'b', 'c'])
    await service.call('runs.move', { run: 'c', place: 0 })
    // A place behind the last one is the last one.
    await service.call('runs.move', { run: 'a', place: 99 })
    expect(await queueOf(service)).toEqual(['c', 'b', 'a'])
    const ended: string[] = []
    const watched = ['a', 'b', 'c'].map((name) => watchRun(service, name).then(() => ended.push(name)))
    await service.call('runs.discard', { run: 'first' })
    await Promise.all(watched)
    expect(ended).toEqual(['c', 'b', 'a'])
  })

  it('are discarded before they have begun', async () => {
    const { service, base } = await start()
    await service.call('runs.start', { ...base, name: 'first', settings: quick })
    await service.call('runs.start', { ...base, name: 'second', settings: quick })
    await service.call('runs.discard', { run: 'second' })
    await service.call('runs.watch', { run: 'first' })
    expect(await namesOf(service)).toEqual(['first'])
  })
})

describe('before Start', () => {
  it('a plan reports the labels and how the rows will be split, and takes no step', async () => {
    const { service, base } = await start()
    expect(await service.call('runs.plan', { ...base, settings: quick })).toMatchObject({
      labels: ['billing', 'delivery', 'praise'],
      rows: { train: 36, validation: 9, test: 15 },
      settings: { steps: 20, tokens: 2 },
    })
    expect(await namesOf(service)).toEqual([])
  })

  it('a pre-flight gives time as a range, memory, and whether it fits', async () => {
    const { service, base } = await start()
    const { seconds, fits, memory, available, steps } = await service.call('runs.preflight', {
      ...base,
      settings: quick,
    })
    // From times that are always the same: 276 ms, a fifth less or more.
    expect(seconds[0]).toBeCloseTo(0.8 * 0.276, 9)
    expect(seconds[1]).toBeCloseTo(1.2 * 0.276, 9)
    expect([fits, memory]).toEqual([true, 1e8])
    expect(available).toBeGreaterThan(memory)
    expect(steps).toEqual([5, 2, 3, 1, 1])
    // Nothing to choose among, and that is known to later runs.
    const known = await service.call('runs.plan', { ...base, settings: quick })
    expect(known.because).toBe('')
    // So is the time, for each effort.
    expect(known.seconds?.balanced[0]).toBeCloseTo(seconds[0], 1)
    expect(known.seconds?.quick[1]).toBeLessThan(known.seconds?.balanced[1] ?? 0)
    expect(known.seconds?.thorough[1]).toBeGreaterThan(known.seconds?.balanced[1] ?? 0)
    expect(await namesOf(service)).toEqual([])
  })

  it('a pre-flight tries other hardware where the run is long, and says why one is not taken', async () => {
    const { service, base } = await start()
    const tried = async (initText: string) => {
      const found = await service.call('runs.preflight', { ...base, settings: { ...quick, initText } })
      const ways = found.trials.map(({ precision, hardware }) => `${precision} on ${hardware.name}`)
      return { ways, taken: `${found.chosen} on ${found.hardware}`, refused: found.refused }
    }
    expect(await tried('any')).toEqual({ ways: ['float32 on cpu'], taken: 'float32 on cpu', refused: [] })
    const card = await tried('a card')
    expect(card.ways.at(-1)).toBe('float32 on webgpu')
    expect(card).toMatchObject({ taken: 'float32 on webgpu', refused: [] })
    const none = await tried('no card')
    expect(none.ways).not.toContain('float32 on webgpu')
    expect(none.refused).toEqual(['Not using the graphics card (WebGPU): it broke.'])
  })
})

it('a run’s name, notes, tags and star are changed; a name that is taken is refused', async () => {
  const { service, base } = await start()
  for (const name of ['one', 'two']) {
    await service.call('runs.start', { ...base, name, settings: quick })
    await watchRun(service, name)
  }
  await service.call('runs.edit', {
    run: 'one',
    name: 'best yet',
    note: 'try more tokens',
    tags: ['mail'],
    starred: true,
  })
  expect((await service.call('runs.show', { run: 'best yet' })).run).toMatchObject({
    note: 'try more tokens',
    tags: ['mail'],
    starred: true,
  })
  await expect(service.call('runs.edit', { run: 'two', name: 'best yet' })).rejects.toMatchObject({
    code: 'store/name-taken',
  })
})
