// The browser host as a person starts it, in a process of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openHome } from '../../main/service/home/home.ts'
import { attach, type RemoteStudio } from '../../main/service/socket/client.ts'
import { root } from './paths.ts'

export interface Host {
  readonly pid: number
  /** What a person opens. */
  readonly url: string
  end(signal?: NodeJS.Signals): Promise<void>
}

/** Resolves once it has printed its address. */
export async function startHost(home: string): Promise<Host> {
  const args = [join(root, 'main/hosts/browser/main.ts'), '--home', home, '--no-open']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/127\.0\.0\.1:\d+\S*/.exec(line)?.[0]
    if (url !== undefined && child.pid !== undefined)
      return { pid: child.pid, url, end: (signal = 'SIGTERM') => end(child, signal) }
  }
  throw new Error('The browser host ended without an address.')
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}

/** The host's own service, through its socket. */
export async function studioOf(home: string): Promise<RemoteStudio> {
  const studio = await attach(openHome(home).address)
  if (!studio) throw new Error('The service does not listen.')
  return studio
}
