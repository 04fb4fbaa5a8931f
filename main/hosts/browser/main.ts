// The studio in the person's own browser: serves the window on this computer only, until ctrl-C.
import { rmSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import { printable } from '../../contract/printable.ts'
import { forkCompute } from '../../service/compute/child.ts'
import { keepCompiled } from '../../service/home/code-cache.ts'
import { defaultHome, openHome } from '../../service/home/home.ts'
import { openLocalApi } from '../api/local.ts'
import { keepAddress, keptAddress } from './address.ts'
import { hasDisplay, openInBrowser, writePage } from './open.ts'
import type { BrowserHost } from './server.ts'

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      home: { type: 'string' },
      port: { type: 'string' },
      'no-open': { type: 'boolean' },
      allow: { type: 'string', multiple: true },
    },
  })
  const home = values.home ?? defaultHome()
  keepCompiled(home)
  const { connectLasting } = await import('../../service/lasting.ts')
  const { serveBrowser } = await import('./server.ts')
  const spawn = forkCompute(pathOf('../../compute/main.ts'))
  let host: BrowserHost | undefined
  const options = { spawn, threads: availableParallelism(), openApi: openLocalApi }
  const studio = await connectLasting(home, options, () => host?.drop())
  const folder = pathOf('../../../build/renderer/')
  const window = { uploads: openHome(home).uploads, allowed: foldersOf(values.allow) }
  try {
    host = await serveBrowser({ studio, window, folder, port: portOf(values.port), kept: keptAddress(home) })
    if (host.address) keepAddress(home, host.address)
    process.stdout.write(`The studio is open at ${host.url}\nOnly this computer can reach it. Ctrl-C closes it.\n`)
    const removePage = values['no-open'] !== true && hasDisplay() ? openOnce(home, host) : undefined
    await interrupted()
    process.stdout.write('Closing; a run that is under way keeps what it has learned.\n')
    removePage?.()
    await host.close()
  } finally {
    await studio.close()
  }
}

/** Opens the person's browser; the page on disk that leads there goes when the browser has come, or by what it returns. */
function openOnce(home: string, host: BrowserHost): () => void {
  let page: string | undefined
  const remove = (): void => {
    if (page !== undefined) rmSync(page, { force: true })
  }
  try {
    page = writePage(home, host.visit(remove))
    openInBrowser(page)
  } catch {
    // The folder takes no file: the printed address is there.
  }
  return remove
}

/** Error: 'run/no-port' for what is no port. */
function portOf(text = '0'): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw studioError('run/no-port', text)
  return port
}

/** Folders in which windows may name files by a typed path. Error: 'run/no-folder' for what is none. */
function foldersOf(named: readonly string[] = []): string[] {
  return named.map((folder) => {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw studioError('run/no-folder', folder)
    return resolve(folder)
  })
}

/** The first ctrl-C asks for an end; the second does not wait for a run's step. */
function interrupted(): Promise<void> {
  let times = 0
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => {
        if (++times > 1) process.exit(130)
        resolve()
      })
  })
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    const sentence = error instanceof StudioError ? why : `The studio could not start: ${why}`
    process.stderr.write(`${printable(sentence)}\n`)
    process.exit(1)
  },
)
