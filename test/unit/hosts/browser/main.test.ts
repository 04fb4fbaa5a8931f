// The browser host as a program: prints one address, answers there, and ends on a signal.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { hasDisplay, openInBrowser, writePage } from '../../../../main/hosts/browser/open.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const root = resolve(import.meta.dirname, '../../../..')

/** A copy of what runs, with a window of one file, or with none. */
function copy({ built }: { built: boolean }): string {
  const folder = temporaryFolder()
  cpSync(join(root, 'main'), join(folder, 'main'), { recursive: true })
  cpSync(join(root, 'package.json'), join(folder, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  if (!built) return folder
  mkdirSync(join(folder, 'build/renderer'), { recursive: true })
  writeFileSync(join(folder, 'build/renderer/index.html'), 'the window')
  return folder
}

interface Running {
  readonly child: ChildProcess
  said(): string
  /** Resolves with what it has said when it says this. */
  until(pattern: RegExp): Promise<string>
  ended(): Promise<number | null>
}

const run = (folder: string, ...args: string[]): Running =>
  start(folder, ['--no-open', '--home', join(folder, 'home'), ...args])

function start(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Running {
  const child = spawn(process.execPath, [join(folder, 'main/hosts/browser/main.ts'), ...args], { env })
  const exit = once(child, 'exit') as Promise<[number | null]>
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exit
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()))
  return {
    child,
    said: () => said,
    until: async (pattern) => {
      while (!pattern.test(said))
        await Promise.race([once(child.stdout, 'data'), exit.then(() => Promise.reject(new Error(said)))])
      return said
    },
    ended: async () => (await exit)[0],
  }
}

test('prints one address that works, and ends cleanly at ctrl-C', async () => {
  const host = run(copy({ built: true }))
  const said = await host.until(/Ctrl-C closes it/)
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\/#key=[\w-]{43}/.exec(said) ?? []
  const { status, headers } = await fetch(url, { redirect: 'manual' })
  expect([status, headers.get('set-cookie')]).toEqual([200, null])
  host.child.kill('SIGINT')
  expect(await host.ended()).toBe(0)
  expect(host.said()).toContain('Closing')
})

test('says in one sentence that the window is not built, or that a port is none', async () => {
  const unbuilt = run(copy({ built: false }))
  expect(await unbuilt.ended()).toBe(1)
  expect(unbuilt.said().trim().split('\n')).toHaveLength(1)
  expect(unbuilt.said()).toContain('npm start')
  const wrong = run(copy({ built: true }), '--port', '99999')
  expect(await wrong.ended()).toBe(1)
  expect(wrong.said()).toContain('"99999" is not a port')
})

test('a browser that cannot be opened stops nothing', () => {
  vi.stubEnv('PATH', '')
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(() => {
    openInBrowser(join(temporaryFolder(), 'page.html'))
  }).not.toThrow()
})

test.skipIf(process.platform !== 'linux')(
  'the command line that opens a browser names a page that only its owner reads, which goes once it was used',
  async () => {
    const folder = copy({ built: true })
    const [bin, saw] = [join(folder, 'bin'), join(folder, 'saw')]
    mkdirSync(bin)
    writeFileSync(
      join(bin, 'xdg-open'),
      `#!/bin/sh\n{ tr '\\0' ' ' </proc/$$/cmdline; env; } >'${saw}.part' && mv '${saw}.part' '${saw}'\n`,
      { mode: 0o755 },
    )
    const env = { ...process.env, DISPLAY: ':1', PATH: `${bin}:${process.env['PATH'] ?? ''}` }
    const host = start(folder, ['--home', join(folder, 'home')], env)
    const said = await host.until(/Ctrl-C closes it/)
    await vi.waitFor(() => {
      expect(existsSync(saw)).toBe(true)
    }, 5000)
    const [page = ''] = /file:\/\/\S+/.exec(readFileSync(saw, 'utf8')) ?? []
    const path = fileURLToPath(page)
    expect(path.startsWith(join(folder, 'home'))).toBe(true)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const [, base = '', key = ''] =
      /(http:\/\/127\.0\.0\.1:\d+)\/#key=([\w-]{43})/.exec(readFileSync(path, 'utf8')) ?? []
    expect(readFileSync(saw, 'utf8')).not.toContain(key)
    expect(said).not.toContain(key)
    const { status } = await fetch(`${base}/key`, { headers: { authorization: `Bearer ${key}` } })
    expect(status).toBe(200)
    expect(existsSync(path)).toBe(false)
  },
)

test('the page lies where a browser that sees no hidden folder can read it', () => {
  const user = temporaryFolder()
  const home = join(user, '.local', 'share', 'softprompt-studio')
  mkdirSync(home, { recursive: true })
  expect(dirname(writePage(home, 'http://127.0.0.1:1/', user, false))).toBe(home)
  expect(dirname(writePage(home, 'http://127.0.0.1:1/', user, true))).toBe(user)
  expect(dirname(writePage(join(home, '..'), 'http://127.0.0.1:1/', home, true))).toBe(join(home, '..'))
})

test('a screen is looked for where there may be none', () => {
  expect(hasDisplay({}, 'linux')).toBe(false)
  expect(hasDisplay({ DISPLAY: ':0' }, 'linux')).toBe(true)
  expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true)
  expect(hasDisplay({}, 'darwin')).toBe(true)
})
