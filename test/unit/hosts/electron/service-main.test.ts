// The service's process as Electron starts it: real, on plain Node, for as long as its parent wants it.
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createBudget } from '../../../../main/hosts/electron/budget.ts'
import { followRuns } from '../../../../main/hosts/electron/runs.ts'
import { keepService, type ServiceChild, spawnService } from '../../../../main/hosts/electron/service-process.ts'
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

test('one that hangs is killed when the app closes, and nobody waits for its answers', async () => {
  const home = temporaryFolder()
  let pid = 0
  const watched = (): ServiceChild => {
    const child = start(home)
    pid = child.pid ?? 0
    return child
  }
  const asks = { ask: () => Promise.resolve(false), giveUp: () => undefined }
  const limits = { whole: 5000, silence: 300, kill: 1000 }
  const service = keepService({ start: watched, budget: createBudget(), ...asks }, limits)
  await service.ready
  const { address } = openHome(home)
  let attached = (): void => undefined
  const met = new Promise<void>((resolve) => (attached = resolve))
  const follower = followRuns(
    async () => {
      const studio = await attach(address)
      if (studio) setTimeout(attached, 50)
      return studio
    },
    { onUnderWay: () => undefined, onEnd: () => undefined },
  )
  await met
  process.kill(pid, 'SIGSTOP')
  const began = performance.now()
  await Promise.all([follower.close(), service.close()])
  expect(performance.now() - began).toBeLessThan(4000)
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})
