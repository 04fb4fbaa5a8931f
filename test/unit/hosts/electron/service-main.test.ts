// The service's process as Electron starts it: real, on plain Node, for as long as its parent wants it.
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type ServiceChild, spawnService } from '../../../../main/hosts/electron/service-process.ts'
import { openHome } from '../../../../main/service/home/home.ts'
import { attach } from '../../../../main/service/socket/client.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const entry = join(import.meta.dirname, '../../../../main/hosts/electron/service-main.ts')

const start = (home: string): ServiceChild => {
  const child = spawnService(process.execPath, entry, home)
  onTestFinished(() => {
    child.kill()
  })
  return child
}

const ready = (child: ServiceChild): Promise<void> =>
  new Promise((resolve) => {
    child.onReady(resolve)
  })

const exit = (child: ServiceChild): Promise<string> =>
  new Promise((resolve) => {
    child.onExit(resolve)
  })

test('it answers on the folder’s socket, and ends at its parent’s message', async () => {
  const home = temporaryFolder()
  const child = start(home)
  await ready(child)
  const studio = await attach(openHome(home).address)
  expect(await studio?.call('runs.list', {})).toEqual([])
  await studio?.close()
  const gone = exit(child)
  child.end()
  expect(await gone).toBe('exit code 0')
})

test('a folder that cannot be opened is reported in a sentence', async () => {
  const child = start(join(entry, 'home'))
  expect(await exit(child)).toContain('service-main.ts')
})
