// Prompt inspection through the service: on validation rows alone, with progress, cancelled, and cached.
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { StudioEvent } from '../../../../main/contract/service.ts'
import { openHome } from '../../../../main/service/home/home.ts'
import { createInspections } from '../../../../main/service/prompts/inspections.ts'
import { createService } from '../../../../main/service/service.ts'
import { prepareStudio, quick, spawnFake, watchRun } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

async function start(initText = '') {
  const folder = temporaryFolder()
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  const base = await prepareStudio(service, folder)
  await service.call('runs.start', { ...base, name: 'mine', settings: { ...quick, initText } })
  return service
}

describe('the inspection of a run', () => {
  it('looks at every token on the rows that the run was stopped by, and adds how each was pushed', async () => {
    const service = await start()
    await watchRun(service, 'mine')
    const { rows, steps } = await service.call('runs.show', { run: 'mine' })
    const events: StudioEvent[] = []
    const { inspection, gradients } = await service.call(
      'runs.inspect',
      { run: 'mine' },
      { onEvent: (e) => events.push(e) },
    )
    expect(inspection).toMatchObject({ part: 'embeddings', rows: rows.validation })
    expect(inspection.tokens).toHaveLength(2)
    // The small engine counts rows whose label the run does not know.
    expect(inspection.tokens.map(({ ablation }) => ablation.changed)).toEqual([0, 0])
    expect(gradients).toEqual([0, 1].map((token) => steps.map(({ tokenNorms }) => tokenNorms[token])))
    const total = rows.validation
    expect(events).toContainEqual({ event: 'progress', stage: 'answering without each token', done: 0, total })
  })

  it('keeps what it found, and works only once', async () => {
    const service = await start()
    await watchRun(service, 'mine')
    expect(await service.call('runs.inspection', { run: 'mine' })).toBeNull()
    const found = await service.call('runs.inspect', { run: 'mine' })
    expect(await service.call('runs.inspection', { run: 'mine' })).toEqual(found)
    const events: StudioEvent[] = []
    expect(await service.call('runs.inspect', { run: 'mine' }, { onEvent: (e) => events.push(e) })).toEqual(found)
    expect(events).toEqual([])
  })

  it('ends at once where it is cancelled, and can be requested again', async () => {
    const service = await start('slow inspection')
    await watchRun(service, 'mine')
    const abort = new AbortController()
    const onEvent = (): void => {
      abort.abort()
    }
    const inspecting = service.call('runs.inspect', { run: 'mine' }, { onEvent, signal: abort.signal })
    await expect(inspecting).rejects.toMatchObject({ code: 'run/cancelled' })
    expect(await service.call('runs.inspection', { run: 'mine' })).toBeNull()
  })

  it('is refused in a sentence before there is a prompt, and where there is no run', async () => {
    const service = await start('fail')
    await watchRun(service, 'mine')
    await expect(service.call('runs.inspect', { run: 'mine' })).rejects.toMatchObject({ code: 'run/no-prompt' })
    await expect(service.call('runs.inspect', { run: 'other' })).rejects.toMatchObject({ code: 'store/missing' })
  })
})

describe('what was found', () => {
  const found = { inspection: { part: 'past', tokens: [], rows: 1, loss: 1 }, gradients: [] } as const

  it('counts for the run as it ended, and not once it has gone on', () => {
    const inspections = createInspections()
    inspections.add({ id: 1, endedAt: 'then' }, found)
    expect(inspections.get({ id: 1, endedAt: 'then' })).toBe(found)
    expect(inspections.get({ id: 1, endedAt: 'later' })).toBeUndefined()
    expect(inspections.get({ id: 2, endedAt: 'then' })).toBeUndefined()
  })

  it('is dropped for other runs where it is the least recently used', () => {
    const inspections = createInspections()
    for (let id = 0; id < 60; id++) {
      inspections.add({ id, endedAt: undefined }, found)
      inspections.get({ id: 0, endedAt: undefined })
    }
    expect(inspections.get({ id: 0, endedAt: undefined })).toBe(found)
    expect(inspections.get({ id: 1, endedAt: undefined })).toBeUndefined()
    expect(inspections.get({ id: 59, endedAt: undefined })).toBe(found)
  })
})
