// One service a folder: the second host attaches to the first, and a killed one is taken over.
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { StudioEvent } from '../../../main/contract/service.ts'
import { takeLock } from '../../../main/engine/store/lock.ts'
import { connect, type Connection } from '../../../main/service/connect.ts'
import { defaultHome, openHome } from '../../../main/service/home/home.ts'
import { fakeEntry, prepareStudio, quick, spawnFake, watchRun } from '../../support/fake-studio.ts'
import { startHost } from '../../support/host-process.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const options = { spawn: spawnFake, threads: 1 }

afterEach(() => {
  vi.unstubAllEnvs()
})

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

describe('a start that cannot be completed', () => {
  it('goes on without the note of who holds the folder', async () => {
    const folder = join(temporaryFolder(), 'home')
    // Nothing can be written to where a folder is.
    mkdirSync(openHome(folder).pid)
    const studio = await connect(folder, options)
    expect(await studio.call('models.list', {})).toEqual([])
    rmSync(openHome(folder).pid, { recursive: true })
    await studio.close()
  })

  it('leaves nothing open, and the folder free for the next one', async () => {
    const folder = join(temporaryFolder(), 'home')
    const home = openHome(folder)
    mkdirSync(join(home.address, 'in the way'), { recursive: true })
    await expect(connect(folder, options)).rejects.toThrow()
    // The last connection that closes takes its log with it.
    expect(existsSync(home.database)).toBe(true)
    expect(existsSync(`${home.database}-wal`)).toBe(false)
    rmSync(home.address, { recursive: true })
    expect((await open(folder)).attached).toBe(false)
  })

  it('says that the folder cannot be written, and why', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'file'), '')
    await expect(connect(join(folder, 'file'), options)).rejects.toMatchObject({
      code: 'store/cannot-write',
      message: expect.stringContaining('there is already something of that name') as string,
    })
    await expect(connect(join(folder, 'file', 'home'), options)).rejects.toMatchObject({
      code: 'store/cannot-write',
      message: expect.stringContaining('a part of the path is not a folder') as string,
    })
  })
})

describe.skipIf(process.platform === 'win32')('a folder that is open to others', () => {
  it('is closed to them, with all the files in it', async () => {
    const folder = join(temporaryFolder(), 'home')
    await (await connect(folder, options)).close()
    const home = openHome(folder)
    chmodSync(folder, 0o755)
    chmodSync(home.database, 0o644)
    await open(folder)
    const modes = ['', ...readdirSync(folder)].map((name) => [name, statSync(join(folder, name)).mode & 0o077])
    expect(modes.filter(([, others]) => others !== 0)).toEqual([])
    expect(modes.length).toBeGreaterThan(5)
  })
})

describe.skipIf(process.platform === 'win32')('an account without a home folder', () => {
  it.each([{ HOME: '' }, { HOME: 'relative' }, { HOME: '', XDG_DATA_HOME: 'relative/data' }])(
    'is told to name a folder (%o), and nothing is written to the current one',
    (env) => {
      vi.stubEnv('HOME', env.HOME)
      expect(() => defaultHome(env, 'linux')).toThrow('no home folder')
      expect(() => defaultHome(env, 'darwin')).toThrow('no home folder')
    },
  )
})
