// What the studio knows of itself: choices that last, this computer, and word of changes.
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService, type Service } from '../../../../main/service/service.ts'
import { prepareStudio, spawnFake } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

async function open(folder: string): Promise<Service> {
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  return service
}

it('choices last over a restart, and what was never chosen has its default', async () => {
  const folder = temporaryFolder()
  const service = await open(folder)
  expect(await service.call('studio.preferences', {})).toEqual({
    theme: 'system',
    network: true,
    baseline: null,
    welcomed: false,
  })
  await service.call('studio.prefer', { theme: 'dark', baseline: 'run-1' })
  expect(await service.call('studio.prefer', { network: false })).toMatchObject({ theme: 'dark', network: false })
  await service.close()
  const again = await open(folder)
  expect(await again.call('studio.prefer', { baseline: null })).toEqual({
    theme: 'dark',
    network: false,
    baseline: null,
    welcomed: false,
  })
})

it('this computer is described with its memory, disk and hardware', async () => {
  const folder = temporaryFolder()
  const service = await open(folder)
  await prepareStudio(service, folder)
  const computer = await service.call('studio.computer', {})
  expect(computer.cores).toBeGreaterThan(0)
  expect(computer.memory).toBeGreaterThan(computer.free)
  expect(computer.disk).toBeGreaterThan(0)
  expect(computer.used.database).toBeGreaterThan(4096)
  expect(computer.folder).toContain('home')
  expect(computer.providers.map(({ name, state }) => [name, state])).toEqual([
    ['cuda', 'absent'],
    ['webgpu', 'untried'],
    ['cpu', 'untried'],
  ])
})

it('who watches hears what has changed', async () => {
  const folder = temporaryFolder()
  const service = await open(folder)
  const stop = new AbortController()
  const heard = new Set<string>()
  const onEvent = (event: { event: string; subject?: string }): void => void heard.add(event.subject ?? '')
  const watching = service.call('studio.watch', {}, { signal: stop.signal, onEvent })
  await prepareStudio(service, folder)
  await service.call('studio.prefer', { welcomed: true })
  await setTimeout(100)
  expect([...heard].sort()).toEqual(['data', 'models', 'preferences'])
  stop.abort()
  expect(await watching).toBeNull()
})
