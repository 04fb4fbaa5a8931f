// The shelf: a name answers by the version that stands there, another version is compared and takes over, and each answer counts.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService, type Service } from '../../../../main/service/service.ts'
import { prepareStudio, quick, spawnFake, watchRun } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

/** Prompts "old" with three labels, "new" with a fourth one, and "writer". */
async function start() {
  const folder = temporaryFolder()
  const home = openHome(join(folder, 'home'))
  const open = () => createService({ home, spawn: spawnFake, threads: 1 })
  let service = await open()
  onTestFinished(() => service.close())
  const base = await prepareStudio(service, folder)
  const labels = ['billing', 'delivery', 'praise', 'refund']
  const rows = Array.from({ length: 60 }, (_, i) => `message number ${String(i)},${labels[i % 4] ?? ''}`)
  writeFileSync(join(folder, 'more.csv'), ['text,label', ...rows, ''].join('\n'))
  const { dataset, version } = await service.call('data.import', { path: join(folder, 'more.csv') })
  for (const [name, own] of [
    ['old', {}],
    ['new', { dataset, version }],
    ['writer', { settings: { ...quick, task: 'generation' as const } }],
  ] as const) {
    await service.call('runs.start', { ...base, settings: quick, ...own, name })
    await watchRun(service, name)
  }
  return {
    call: ((...args) => service.call(...args)) as Service['call'],
    base,
    ask: async (text: string, item = 'mail') => {
      const { answers } = await service.call('serving.ask', { text, questions: [{ by: 'item', item }] })
      return answers[0]?.labels.toSorted((a, b) => b.probability - a.probability)[0]?.label
    },
    again: async () => {
      await service.close()
      service = await open()
    },
  }
}

describe('the shelf', () => {
  it('lets a name answer by one version after another, and goes back', { timeout: 60_000 }, async () => {
    const { call, ask } = await start()
    expect(await call('shelf.list', {})).toEqual([])
    await expect(ask('refund please')).rejects.toMatchObject({ code: 'shelf/missing' })

    const put = await call('shelf.put', { prompt: 'old', name: 'mail', purpose: ' Which team? ' })
    expect(put).toMatchObject({
      ...{ name: 'mail', purpose: 'Which team?', version: 1, candidate: null, prompt: { name: 'old' } },
      versions: [{ number: 1, prompt: 'old' }],
    })
    expect(await ask('refund please')).toBe('billing')

    await call('shelf.put', { prompt: 'new', name: 'mail' })
    expect(await ask('refund please')).toBe('refund')
    const switched = await call('shelf.switch', { item: 'mail', version: 1 })
    expect(switched).toMatchObject({ version: 1, purpose: 'Which team?', prompt: { name: 'old' } })
    expect(switched.versions.map(({ number, prompt }) => [number, prompt])).toEqual([
      [2, 'new'],
      [1, 'old'],
    ])
    expect(await ask('refund please')).toBe('billing')
    // The same prompt is the same version.
    expect((await call('shelf.put', { prompt: 'new', name: 'mail' })).version).toBe(2)

    await call('shelf.takeOff', { item: 'mail' })
    await expect(ask('refund please')).rejects.toMatchObject({ code: 'shelf/missing' })
    expect(await call('shelf.list', {})).toEqual([])
  })

  it(
    'compares a second version on the same requests, and counts what is answered by day',
    { timeout: 60_000 },
    async () => {
      const { call, ask, again } = await start()
      await call('shelf.put', { prompt: 'old', name: 'mail' })
      const put = await call('shelf.put', { prompt: 'new', name: 'mail', compare: true })
      expect(put).toMatchObject({ version: 1, candidate: 2, prompt: { name: 'old' } })
      for (const text of ['refund please', 'praise for you', 'delivery is late']) await ask(text)
      const comparison = async () => (await call('shelf.today', {})).comparisons[0]
      await expect.poll(async () => (await comparison())?.compared).toBe(3)
      expect(await comparison()).toMatchObject({
        ...{ item: 'mail', version: 1, candidate: 2, alike: 2, failed: 0, skipped: 0 },
        differing: [{ text: 'refund please', answer: 'billing', candidate: 'refund' }],
      })
      const answered = [
        {
          ...{ item: 'mail', version: 1 },
          labels: ['billing', 'delivery', 'praise'].map((label) => ({ label, answers: 1 })),
        },
      ]
      expect((await call('shelf.today', {})).answered).toEqual(answered)

      await again()
      expect((await call('shelf.today', {})).answered).toEqual(answered)
      expect(await comparison()).toMatchObject({ compared: 0, differing: [] })
      await call('shelf.switch', { item: 'mail', version: 2 })
      expect((await call('shelf.today', {})).comparisons).toEqual([])
      await ask('refund please')
      expect((await call('shelf.today', {})).answered).toContainEqual({
        ...{ item: 'mail', version: 2, labels: [{ label: 'refund', answers: 1 }] },
      })
    },
  )

  it('gives no number to two versions, also when the first of them was deleted', { timeout: 60_000 }, async () => {
    const { call, base } = await start()
    await call('shelf.put', { prompt: 'old', name: 'mail' })
    await call('shelf.put', { prompt: 'new', name: 'mail', compare: true })
    await call('trash.delete', { names: ['new'] })
    await call('runs.start', { ...base, settings: quick, name: 'third' })
    await call('runs.watch', { run: 'third' })
    const put = await call('shelf.put', { prompt: 'third', name: 'mail', compare: true })
    expect(put).toMatchObject({ version: 1, candidate: 3 })
    expect(put.versions.map(({ number }) => number)).toEqual([3, 1])
  })

  it('counts and compares what is written', { timeout: 60_000 }, async () => {
    const { call } = await start()
    await call('shelf.put', { prompt: 'writer' })
    const sampling = { temperature: 0, topP: 1, seed: 0 }
    await call('serving.write', { by: { item: 'writer' }, input: { text: 'a b' }, sampling })
    expect((await call('shelf.today', {})).answered).toEqual([
      { item: 'writer', version: 1, labels: [{ label: '', answers: 1 }] },
    ])
  })

  it(
    'refuses what programs could not ask, and keeps what answers them out of the trash',
    { timeout: 60_000 },
    async () => {
      const { call, base } = await start()
      await call('shelf.put', { prompt: 'old', name: 'mail' })
      await expect(call('shelf.put', { prompt: 'writer', name: 'mail' })).rejects.toMatchObject({
        code: 'shelf/other-kind',
      })
      await expect(call('shelf.put', { prompt: 'old', name: base.model })).rejects.toMatchObject({
        code: 'shelf/name-of-model',
      })
      await expect(call('shelf.put', { prompt: 'nobody' })).rejects.toMatchObject({ code: 'store/missing' })
      await expect(call('shelf.switch', { item: 'mail', version: 7 })).rejects.toMatchObject({
        code: 'shelf/no-version',
      })
      for (const refused of [
        call('trash.put', { names: ['old'] }),
        call('trash.put', { datasets: [base.dataset] }),
        call('trash.delete', { names: ['old'] }),
        call('runs.discard', { run: 'old' }),
      ])
        await expect(refused).rejects.toThrow('"old" answers programs as "mail"')

      await call('shelf.put', { prompt: 'new', name: 'mail' })
      await call('trash.put', { names: ['old'] })
      const [item] = await call('shelf.list', {})
      expect(item?.versions).toMatchObject([{ prompt: 'new' }, { number: 1, prompt: null }])
      await expect(call('shelf.switch', { item: 'mail', version: 1 })).rejects.toMatchObject({ code: 'shelf/in-trash' })
      await call('trash.delete', { names: ['old'] })
      expect((await call('shelf.list', {}))[0]?.versions).toMatchObject([{ number: 2 }])
    },
  )
})
