// A service of another version holds the folder: the app and the command line say so in one sentence, and do not besiege it.
import { createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { runProgram } from '../../../main/hosts/cli/program.ts'
import { followRuns } from '../../../main/hosts/electron/runs.ts'
import { openHome } from '../../../main/service/home/home.ts'
import { attach } from '../../../main/service/socket/client.ts'
import { fakeEntry } from '../../support/fake-studio.ts'
import { otherGreeting, v8Frame } from '../../support/old-peers.ts'
import { temporaryFolder } from '../../support/temporary.ts'

/** A folder whose service says the same to all. */
async function held(greet: (socket: Socket) => void) {
  const home = openHome(temporaryFolder())
  const connections = { count: 0 }
  const server = createServer((socket) => {
    connections.count += 1
    socket.on('error', () => undefined)
    greet(socket)
  })
  await new Promise<void>((resolve) => server.listen(home.address, resolve))
  onTestFinished(() => void server.close())
  return { home, connections }
}

const peers: readonly [string, (socket: Socket) => void][] = [
  ['writes as V8 of another runtime does', (socket) => socket.write(v8Frame)],
  ['greets with another version', otherGreeting],
  ['closes each line at once', (socket) => socket.destroy()],
]

test.each(peers)('the app asks a service that %s ever more rarely, and logs why once', async (_, greet) => {
  const log = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  onTestFinished(() => {
    log.mockRestore()
  })
  const { home, connections } = await held(greet)
  const none = { onUnderWay: () => undefined, onEnd: () => undefined }
  const runs = followRuns(() => attach(home.address), none)
  await wait(1500)
  await runs.close()
  // At once, and after 200, 400 and 800 ms.
  expect(connections.count).toBeGreaterThan(1)
  expect(connections.count).toBeLessThanOrEqual(4)
  expect(log.mock.calls.filter(([line]) => String(line).includes('another version')).length).toBeLessThan(2)
})

test.each(peers.slice(0, 2))('the command line names a service that %s in one sentence', async (_, greet) => {
  const { home, connections } = await held(greet)
  let said = ''
  const code = await runProgram(['runs', '--home', home.folder], {
    streams: { out: { write: () => true }, err: { write: (text: string) => (said += text) } },
    compute: fakeEntry,
    ask: undefined,
    silence: 5000,
    onInterrupt: () => () => undefined,
    exit: (number) => {
      throw new Error(`exit ${String(number)}`)
    },
  })
  expect(code).toBe(1)
  expect(said).toMatch(
    /^A studio of another version( \(9\.9\.9\))? is using the same folder\. Close it, or choose another folder\./,
  )
  expect(said.trim().split('\n')).toHaveLength(1)
  expect(connections.count).toBe(1)
})
