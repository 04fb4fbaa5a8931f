// Runs and opened prompts are put away, come back, and are deleted; no name is given twice; what hangs on a data set goes with it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { prepareStudio, quick, spawnFake, watchRun, writeInputs } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

async function start() {
  const folder = temporaryFolder()
  const home = openHome(join(folder, 'home'))
  const service = await createService({ home, spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  const base = await prepareStudio(service, folder)
  const { call } = service
  const run = async (name?: string): Promise<string> => {
    const started = await call('runs.start', { ...base, ...(name === undefined ? {} : { name }), settings: quick })
    await watchRun(service, started.name)
    return started.name
  }
  const runs = async () => (await call('runs.list', {})).map(({ name }) => name)
  const prompts = async () => (await call('prompts.list', {})).map(({ name }) => name).toSorted()
  const inTrash = async () =>
    (await call('trash.list', {})).map((item) => [item.name, item.kind, item.kind === 'data' ? item.runs : item.of])
  return { service, folder, base, call, run, runs, prompts, inTrash }
}

describe('the trash', () => {
  it('takes several at once out of every list, and gives them back as they were', async () => {
    const { call, run, runs, prompts, inTrash } = await start()
    for (const name of ['one', 'two', 'three']) await run(name)
    const before = await call('runs.show', { run: 'two' })
    await call('trash.put', { names: ['one', 'two'] })
    expect(await runs()).toEqual(['three'])
    expect(await prompts()).toEqual(['three'])
    expect((await inTrash()).toSorted()).toEqual([
      ['one', 'run', 'mail.csv'],
      ['two', 'run', 'mail.csv'],
    ])
    await call('trash.restore', { names: ['two'] })
    expect(await runs()).toEqual(['two', 'three'])
    expect(await call('runs.show', { run: 'two' })).toEqual(before)
    await call('trash.delete', { names: ['one'] })
    expect(await inTrash()).toEqual([])
    await expect(call('runs.show', { run: 'one' })).rejects.toMatchObject({ code: 'store/missing' })
  })

  it('takes none where one of the names is nobody’s', async () => {
    const { call, run, runs } = await start()
    await run('one')
    await expect(call('trash.put', { names: ['one', 'nobody'] })).rejects.toMatchObject({ code: 'store/missing' })
    expect(await runs()).toEqual(['one'])
  })

  it('pauses a run that is under way, which resumes out of it', async () => {
    const { service, base, call, runs } = await start()
    await call('runs.start', { ...base, name: 'busy', settings: { ...quick, steps: 5000 } })
    await new Promise<void>((resolve) => {
      void watchRun(service, 'busy', (event) => {
        if (event.event === 'step' && event.step > 3) resolve()
      })
    })
    await call('trash.put', { names: ['busy'] })
    expect(await runs()).toEqual([])
    expect((await call('runs.show', { run: 'busy' })).run).toMatchObject({ state: 'stopped' })
    await call('runs.resume', { run: 'busy' })
    expect(await runs()).toEqual(['busy'])
    await call('runs.discard', { run: 'busy' })
  })

  it('takes an opened prompt, which opening its file again takes out', async () => {
    const { folder, base, call, prompts, inTrash } = await start()
    await call('runs.start', { ...base, name: 'mail', settings: { ...quick, method: 'prompt-tuning' } })
    await call('runs.watch', { run: 'mail' })
    const { name, bytes } = await call('export.archive', { run: 'mail', to: 'bundle' })
    const path = join(folder, name)
    writeFileSync(path, bytes)
    await call('prompts.open', { path })
    await call('trash.put', { names: ['mail 2'] })
    expect(await prompts()).toEqual(['mail'])
    expect(await inTrash()).toEqual([['mail 2', 'prompt', 'tiny']])
    await call('prompts.open', { path })
    expect(await prompts()).toEqual(['mail', 'mail 2'])
  })
})

describe('a name', () => {
  it('that the studio gave is not given again: not after the trash, a deletion, or a new name', async () => {
    const { call, run } = await start()
    expect(await run()).toBe('run-1')
    await call('trash.put', { names: ['run-1'] })
    expect(await run()).toBe('run-2')
    await call('trash.delete', { names: ['run-1'] })
    await call('runs.discard', { run: 'run-2' })
    expect(await run()).toBe('run-3')
    await call('runs.edit', { run: 'run-3', name: 'Kept' })
    await call('runs.discard', { run: 'Kept' })
    expect(await run()).toBe('run-4')
  })

  it('is proposed freely, with a number where somebody has or had it', async () => {
    const { call, run } = await start()
    const wanted = 'mail · label · 29 Nov'
    expect(await call('runs.freeName', { wanted })).toBe(wanted)
    await run(wanted)
    expect(await call('runs.freeName', { wanted })).toBe(`${wanted} 2`)
    await run(`${wanted} 2`)
    await call('runs.discard', { run: `${wanted} 2` })
    expect(await call('runs.freeName', { wanted })).toBe(`${wanted} 3`)
    expect(await call('runs.freeName', { wanted: 'a/b' })).toBe('a_b')
  })
})

describe('a data set in the trash', () => {
  it('has taken its runs with it, and comes back whole: rows, versions, edits, and the same runs', async () => {
    const { call, base, run, runs, prompts, inTrash } = await start()
    const { dataset } = base
    await run('one')
    await run('two')
    await call('trash.put', { names: ['two'] })
    const change = { kind: 'state', state: 'excluded' } as const
    await call('data.change', { dataset, target: { by: 'rows', rows: [2] }, change })
    const before = await call('data.show', { dataset })
    expect(before).toMatchObject({ runs: 1, version: 2, excluded: 1 })
    await call('trash.put', { datasets: [dataset] })
    expect([await call('data.list', {}), await runs(), await prompts()]).toEqual([[], [], []])
    expect(await inTrash()).toEqual([['mail.csv', 'data', 2]])
    await call('trash.restore', { datasets: [dataset] })
    expect(await call('data.show', { dataset })).toEqual(before)
    expect([await runs(), await prompts()]).toEqual([['one'], ['one']])
    expect(await inTrash()).toEqual([['two', 'run', 'mail.csv']])
    await call('data.undo', { dataset })
    expect(await call('data.show', { dataset })).toMatchObject({ excluded: 0 })
  })

  it('is deleted for good with all its runs', async () => {
    const { call, base, run, runs, inTrash } = await start()
    const { dataset } = base
    await run('one')
    await run('two')
    await call('trash.put', { names: ['two'] })
    await call('trash.put', { datasets: [dataset] })
    await call('trash.delete', { datasets: [dataset] })
    expect([await runs(), await inTrash(), await call('data.list', {})]).toEqual([[], [], []])
    await expect(call('data.show', { dataset })).rejects.toMatchObject({ code: 'store/missing' })
    await expect(call('runs.show', { run: 'two' })).rejects.toMatchObject({ code: 'store/missing' })
  })

  it('has paused what was under way on it, which brings it back where it is resumed', async () => {
    const { service, base, call, runs, inTrash } = await start()
    const { dataset } = base
    await call('runs.start', { ...base, name: 'busy', settings: { ...quick, steps: 5000 } })
    await new Promise<void>((resolve) => {
      void watchRun(service, 'busy', (event) => {
        if (event.event === 'step' && event.step > 3) resolve()
      })
    })
    await call('trash.put', { datasets: [dataset] })
    expect((await call('runs.show', { run: 'busy' })).run).toMatchObject({ state: 'stopped' })
    await call('runs.resume', { run: 'busy' })
    expect([await runs(), await inTrash()]).toEqual([['busy'], []])
    await call('runs.discard', { run: 'busy' })
  })

  it('comes back where its file is imported again, which says so, and where one of its runs is restored', async () => {
    const { call, base, folder, run, runs } = await start()
    const { dataset } = base
    await run('one')
    await call('trash.put', { names: ['one'] })
    await call('trash.put', { datasets: [dataset] })
    await call('trash.restore', { names: ['one'] })
    expect(await runs()).toEqual(['one'])
    await call('trash.put', { datasets: [dataset] })
    const { data: path } = writeInputs(folder)
    const again = await call('data.import', { path })
    expect(again.dataset).toBe(dataset)
    expect(again.taken.notes.join(' ')).toContain('was in the trash')
    expect(await runs()).toEqual(['one'])
  })
})
