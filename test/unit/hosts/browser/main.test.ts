// The browser host as a program: prints one address, answers there, and ends on a signal.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { hasDisplay, openInBrowser } from '../../../../main/hosts/browser/open.ts'
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

function run(folder: string, ...args: string[]): Running {
  const entry = join(folder, 'main/hosts/browser/main.ts')
  const child = spawn(process.execPath, [entry, '--no-open', '--home', join(folder, 'home'), ...args])
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
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}/.exec(said) ?? []
  const { status } = await fetch(url, { redirect: 'manual' })
  expect(status).toBe(303)
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
    openInBrowser('http://127.0.0.1:1/')
  }).not.toThrow()
})

test('a screen is looked for where there may be none', () => {
  expect(hasDisplay({}, 'linux')).toBe(false)
  expect(hasDisplay({ DISPLAY: ':0' }, 'linux')).toBe(true)
  expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true)
  expect(hasDisplay({}, 'darwin')).toBe(true)
})
