// A studio of its own for each file of journeys: the real browser host, service and compute on a temporary home.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Page, test } from '@playwright/test'
import { starter } from '../../../main/contract/starter.ts'
import type { Studio } from '../../../main/contract/service.ts'
import { attach } from '../../../main/service/socket/client.ts'
import { openHome } from '../../../main/service/home/home.ts'

export const root = fileURLToPath(new URL('../../../', import.meta.url))

/** A tiny Llama with random weights: it learns nothing of use, but everything about it is real. */
export const tinyModelFolder = join(root, 'test/fixtures/tiny/llama')

export interface RunningStudio {
  readonly home: string
  /** The address that the host printed, with its key. */
  readonly url: string
  /** Opens the window at a page: '#/data'. */
  open(page: Page, hash?: string): Promise<void>
  /** Calls the same service as the window does. */
  readonly call: Studio['call']
  /** Adds the tiny model under the starter model's name, so that nothing is fetched. */
  addTinyModel(): Promise<string>
  /** Kills the host, and with it the service, as a crash would. */
  kill(): Promise<void>
  /** Starts it again on the same home. */
  restart(...args: string[]): Promise<void>
  /** The compute processes that are running. */
  computing(): readonly number[]
}

interface Host {
  readonly child: ChildProcess
  readonly url: string
  readonly studio: Awaited<ReturnType<typeof attach>>
}

type Environment = Readonly<Record<string, string>>

/** Starts the host and waits for its address. */
async function start(home: string, more: readonly string[], environment: Environment = {}): Promise<Host> {
  const args = [join(root, 'main/hosts/browser/main.ts'), '--home', home, '--no-open', ...more]
  const env = { ...process.env, ...environment }
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
  let errors = ''
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/127\.0\.0\.1:\d+\S*/.exec(line)?.[0]
    if (url) return { child, url, studio: await attach(openHome(home).address) }
  }
  throw new Error(`The browser host ended: ${errors}`)
}

async function end({ child, studio }: Host, signal: NodeJS.Signals): Promise<void> {
  const gone = once(child, 'exit')
  await studio?.close()
  child.kill(signal)
  await gone
}

interface StudioOptions {
  /** Whether the window may name files in the studio's folder and the fixtures by typed paths. */
  readonly mayType?: boolean
  /** Of the host, beside this process's own; looked at each time that it starts. */
  readonly environment?: Environment
}

/** Call it at the top of a spec; the studio runs from its first test to its last. */
export function useStudio(
  prepare?: (studio: RunningStudio) => Promise<void>,
  { mayType = false, environment }: StudioOptions = {},
): RunningStudio {
  const allowed = (): string[] => (mayType ? ['--allow', home, '--allow', join(tinyModelFolder, '..')] : [])
  let home = ''
  let host: Host | undefined
  const running = (): Host => {
    if (!host) throw new Error('The studio is not running.')
    return host
  }
  const studio: RunningStudio = {
    get home() {
      return home
    },
    get url() {
      return running().url
    },
    open: async (page, hash = '') => {
      await page.goto(running().url)
      await page.waitForSelector('html[data-ready]')
      if (hash !== '') await page.goto(new URL(hash, running().url).href)
    },
    call: (method, input, options) => {
      const attached = running().studio
      if (!attached) throw new Error('The service does not listen.')
      return attached.call(method, input, options)
    },
    addTinyModel: async () => {
      const { name } = await studio.call('models.add', { path: tinyModelFolder, name: starter.name })
      return name
    },
    kill: async () => {
      await end(running(), 'SIGKILL')
      host = undefined
    },
    restart: async (...args) => {
      host = await start(home, [...allowed(), ...args], environment)
    },
    computing: () => {
      const { stdout } = spawnSync('pgrep', ['-P', String(running().child.pid), '-f', 'main/compute/main'], {
        encoding: 'utf8',
      })
      return stdout.split('\n').filter(Boolean).map(Number)
    },
  }
  test.beforeAll(async () => {
    // Not earlier: a spec is read more often than it is run.
    home = mkdtempSync(join(tmpdir(), 'softprompt-e2e-'))
    host = await start(home, allowed(), environment)
    await prepare?.(studio)
  })
  test.afterAll(async () => {
    if (host) await end(host, 'SIGTERM')
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  })
  return studio
}
