// One service a folder: the second host attaches to the first, and a killed one is taken over.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { StudioEvent } from '../../../main/contract/service.ts'
import { takeLock } from '../../../main/engine/store/lock.ts'
import { connect, type Connection } from '../../../main/service/connect.ts'
import { defaultHome, openHome } from '../../../main/service/home/home.ts'
import { fakeEntry, prepareStudio, quick, spawnFake, watchRun } from '../../support/fake-studio.ts'
import { startHost } from '../../support/host-process.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const options = { spawn: spawnFake, threads: 1 }

async function open(home: string): Promise<Connection> {
  const studio = await connect(home, options)
  onTestFinished(() => studio.close())
  return studio
}

describe('a second host', () => {
  it('attaches, starts runs, sees events and typed arrays, and gets errors as sentences', async () => {
    const folder = temporaryFolder()
    const first = await open(join(folder, 'home'))
    const second = await open(join(folder, 'home'))
    expect([first.attached, second.attached]).toEqual([false, true])
    const base = await prepareStudio(second, folder)
    const { name } = await second.call('runs.start', { ...base, settings: quick })
    const [here, there] = await Promise.all([watchRun(first, name), watchRun(second, name)])
    expect(there).toEqual(here)
    const prompt = await second.call('prompts.get', { run: name })
    expect(prompt).toEqual(await first.call('prompts.get', { run: name }))
    expect(prompt.tensors['prompt']?.data).toBeInstanceOf(Float32Array)
    await expect(second.call('runs.show', { run: 'nothing' })).rejects.toMatchObject({
      code: 'store/missing',
      message: 'There is no run "nothing".',
    })
  })

  it('is waited for, and its cancelled call ends alone', async () => {
    const folder = temporaryFolder()
    const first = await open(join(folder, 'home'))
    const second = await open(join(folder, 'home'))
    const { name } = await second.call('runs.start', {
      ...(await prepareStudio(second, folder)),
      settings: { ...quick, steps: 2000 },
    })
    const abort = new AbortController()
    const watching = second.call(
      'runs.watch',
      { run: name },
      {
        onEvent: () => {
          abort.abort()
        },
        signal: abort.signal,
      },
    )
    expect((await watching).state).toBe('running')
    let idle = false
    const waited = first.idle().then(() => (idle = true))
    expect(idle).toBe(false)
    await second.close()
    await waited
    expect((await first.call('runs.stop', { run: name })).state).toBe('stopped')
  })

  it('is notified when the first one closes', async () => {
    const folder = temporaryFolder()
    const first = await connect(join(folder, 'home'), options)
    const second = await open(join(folder, 'home'))
    const { name } = await second.call('runs.start', {
      ...(await prepareStudio(second, folder)),
      settings: { ...quick, steps: 2000 },
    })
    const events: StudioEvent[] = []
    const watching = second.call('runs.watch', { run: name }, { onEvent: (e) => void events.push(e) })
    await first.close()
    expect(await watching.catch((error: { code: string }) => error)).toSatisfy(
      (end: { code?: string; state?: string }) => end.code === 'run/service-closed' || end.state === 'stopped',
    )
    const third = await open(join(folder, 'home'))
    expect(third.attached).toBe(false)
    expect((await third.call('runs.show', { run: name })).run.state).toBe('stopped')
  })
})

describe('a folder', () => {
  it('is held by one process, for its owner alone', async () => {
    const folder = temporaryFolder()
    await open(join(folder, 'home'))
    const home = openHome(join(folder, 'home'))
    expect(takeLock(home.lock)).toBeUndefined()
    if (process.platform === 'win32') return
    expect(statSync(home.address).mode & 0o777).toBe(0o600)
    expect(statSync(home.folder).mode & 0o777).toBe(0o700)
  })

  it('of a killed host is taken over, stale socket and all', async () => {
    const home = join(temporaryFolder(), 'home')
    const host = startHost(home, fakeEntry, { order: 'hold' })
    await host.until(({ say }) => say === 'ready')
    host.child.kill('SIGKILL')
    await host.gone
    expect(existsSync(openHome(home).pid)).toBe(true)
    expect((await open(home)).attached).toBe(false)
  })

  it('goes to exactly one of many hosts that start at once', async () => {
    const home = join(temporaryFolder(), 'home')
    const hosts = Array.from({ length: 4 }, () => startHost(home, fakeEntry, { order: 'hold' }))
    onTestFinished(() => {
      for (const { child } of hosts) child.kill('SIGKILL')
    })
    const ready = await Promise.all(hosts.map((host) => host.until(({ say }) => say === 'ready')))
    expect(ready.filter((message) => message.say === 'ready' && !message.attached)).toHaveLength(1)
  })

  it('with a long path still has an address that the system takes', async () => {
    const home = join(temporaryFolder(), 'x'.repeat(60), 'y'.repeat(60))
    const [first, second] = [await open(home), await open(home)]
    expect([first.attached, second.attached]).toEqual([false, true])
  })

  it('is by default where each system keeps data of programs', () => {
    expect(defaultHome({ SOFTPROMPT_HOME: '/x' }, 'linux')).toBe('/x')
    expect(defaultHome({ XDG_DATA_HOME: '/data' }, 'linux')).toBe(join('/data', 'softprompt-studio'))
    expect(defaultHome({}, 'darwin')).toContain('Application Support')
    expect(defaultHome({ LOCALAPPDATA: 'C:\\L' }, 'win32')).toContain('softprompt-studio')
  })
})
