// A desktop app on fakes, beside a real service on a real socket.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { studioError } from '../../../../main/contract/errors/index.ts'
import type { RunState } from '../../../../main/contract/records.ts'
import type { Studio, StudioEvent } from '../../../../main/contract/service.ts'
import { startApp } from '../../../../main/hosts/electron/app.ts'
import type { ServiceChild } from '../../../../main/hosts/electron/service-process.ts'
import { openHome } from '../../../../main/service/home/home.ts'
import { attach } from '../../../../main/service/socket/client.ts'
import { listen } from '../../../../main/service/socket/server.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { type FakeElectron, fakeElectron } from './fakes.ts'

export interface FakeService extends ServiceChild {
  dies(how: string): void
  readonly requests: string[]
}

export interface App extends FakeElectron {
  readonly folder: string
  /** The service's processes, as they were started. */
  readonly services: FakeService[]
  /** Sends the app's process a signal. */
  signal(): void
}

/** `hangs`: it does not end when it is asked. */
function fakeService(hangs: boolean): FakeService {
  let exit: (how: string) => void = () => undefined
  const requests: string[] = []
  return {
    pid: undefined,
    requests,
    onReady: () => undefined,
    onAlive: () => undefined,
    onExit: (listener) => (exit = listener),
    end: () => {
      requests.push('end')
      if (!hangs) exit('')
    },
    kill: () => {
      requests.push('kill')
      exit('SIGKILL')
    },
    dies: (how) => {
      exit(how)
    },
  }
}

export const quiet: Studio = {
  call: (method, _input, options) =>
    method === 'studio.watch'
      ? new Promise((resolve) => {
          options?.signal?.addEventListener('abort', () => {
            resolve(null as never)
          })
        })
      : Promise.resolve([] as never),
}

export interface StartOptions {
  readonly args?: string[]
  /** No other instance holds the lock. */
  readonly first?: boolean
  /** The service does not end when it is asked. */
  readonly hangs?: boolean
  readonly isPackaged?: boolean
  /** Of the command line. */
  readonly switches?: readonly string[]
  /** Answers of message boxes to come. */
  readonly answers?: readonly number[]
  /** Chromium's errors of loads to come. */
  readonly failures?: readonly string[]
  /** Tries to reach the service that fail first. */
  readonly attachFails?: number
}

/** Starts the app; `studio` answers its service's socket. */
export async function start(
  studio: Studio = quiet,
  {
    args = [],
    first = true,
    hangs = false,
    isPackaged = false,
    switches = [],
    answers = [],
    failures = [],
    attachFails = 0,
  }: StartOptions = {},
): Promise<App> {
  const fake = fakeElectron({ first, switches })
  fake.answers.push(...answers)
  fake.failures.push(...failures)
  let fails = attachFails
  const folder = temporaryFolder()
  const home = openHome(join(folder, 'home'))
  const window = join(folder, 'window')
  mkdirSync(window)
  writeFileSync(join(window, 'index.html'), '<!doctype html><title>the window</title>')
  writeFileSync(join(folder, 'mail.csv'), 'text,label\n')
  const server = await listen(studio, home.address)
  const services: FakeService[] = []
  startApp(fake.electron, () => ({
    home,
    args: args.map((arg) => arg.replace('FOLDER', folder)),
    platform: 'linux',
    isPackaged,
    places: { window, preload: '/preload.cjs', node: '/node', service: '/service' },
    startService: () => {
      const service = fakeService(hangs)
      services.push(service)
      return service
    },
    attach: () => (fails-- > 0 ? Promise.reject(studioError('run/protocol')) : attach(home.address)),
    startAgain: (files) => fake.calls.push(['again', ...files]),
    onSignal: (listener) => fake.app.on('signal', listener),
  }))
  onTestFinished(async () => {
    fake.app.emit('will-quit', { preventDefault: () => undefined })
    await server.close()
  })
  await new Promise(setImmediate)
  return { ...fake, folder, services, signal: () => fake.app.emit('signal') }
}

/** A service with one run, whose state a test changes. */
export function withRun(first: RunState) {
  let state = first
  const watchers = new Set<(event: StudioEvent) => void>()
  const studio: Studio = {
    call: (method, input, options) => {
      if (method === 'runs.list')
        return Promise.resolve([{ id: 1, name: 'support', state, error: 'It stopped.' }] as never)
      if (method === 'runs.verdict') return Promise.resolve({ sentence: 'Better by 9 points.' } as never)
      if (options?.onEvent) watchers.add(options.onEvent)
      return quiet.call(method, input, options)
    },
  }
  return {
    studio,
    becomes: (next: RunState) => {
      state = next
      for (const notify of watchers) notify({ event: 'changed', subject: 'runs' })
    },
  }
}
