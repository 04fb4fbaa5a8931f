// One service per home folder: the first host becomes it, later ones attach to it.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { createBackOff } from '../contract/back-off.ts'
import { studioError } from '../contract/errors/index.ts'
import type { Studio } from '../contract/service.ts'
import { storeFailure } from '../engine/store/failures.ts'
import { takeLock } from '../engine/store/lock.ts'
import { type Home, openHome } from './home/home.ts'
import { createService, type ServiceOptions } from './service.ts'
import { attach } from './socket/client.ts'
import { listen } from './socket/server.ts'

export interface Connection extends Studio {
  /** True where another process is the service. */
  readonly attached: boolean
  /** Resolves when no other host uses the service that this process is. */
  idle(): Promise<void>
  close(): Promise<void>
}

export type ConnectOptions = Omit<ServiceOptions, 'home'>

/** A service that is just starting or ending gets this long. */
const PATIENCE_MS = 15_000

/**
 * Connects to the folder's service, or becomes it. What a killed service left behind is taken over: its lock died with it.
 * Errors: 'run/service-silent', 'run/protocol', and those of `openStore`.
 */
export async function connect(folder: string, options: ConnectOptions): Promise<Connection> {
  const home = openHome(folder)
  const until = performance.now() + PATIENCE_MS
  const backOff = createBackOff(50, 1000)
  do {
    const remote = await attach(home.address, home.key)
    if (remote) return { ...remote, attached: true, idle: () => Promise.resolve() }
    const release = takeLock(home.lock)
    if (release) return become(home, options, release)
    await setTimeout(backOff.next())
  } while (performance.now() < until)
  throw studioError('run/service-silent', home.folder, holder(home))
}

/** Whatever fails on the way, nothing stays open, and the folder is free for the next one only after that. */
async function become(home: Home, options: ConnectOptions, release: () => void): Promise<Connection> {
  const closers: (() => Promise<void> | void)[] = []
  const close = async (): Promise<void> => {
    try {
      for (const closer of closers) await closer()
    } finally {
      release()
    }
  }
  try {
    const service = await createService({ ...options, home })
    closers.push(() => service.close())
    const server = await listen(service, home.address, home.key)
    closers.push(
      () => server.close(),
      () => {
        rmSync(home.pid, { force: true })
      },
    )
    noteHolder(home)
    return { call: service.call, attached: false, idle: () => server.idle(), close }
  } catch (error) {
    await close()
    throw storeFailure(error, home.database)
  }
}

/** For the sentence of another process that waits in vain. */
function noteHolder({ pid }: Home): void {
  try {
    writeFileSync(pid, `${String(process.pid)}\n`, { mode: 0o600 })
  } catch {
    // A full disk takes no note; the other process then says that it does not know who holds the folder.
  }
}

function holder({ pid }: Home): string {
  try {
    return readFileSync(pid, 'utf8').trim()
  } catch {
    // The note is a help for people: the sentence goes without it.
    return 'unknown'
  }
}
