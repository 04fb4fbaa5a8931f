// Proof of privacy: from a table to a prompt in a folder no process of the studio opens a way out of this computer.
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../support/temporary.ts'

const journey = fileURLToPath(new URL('../../support/offline-journey.ts', import.meta.url))
const compute = fileURLToPath(new URL('../../../main/compute/main.ts', import.meta.url))

const watcher = new URL('../../support/no-network.ts', import.meta.url).href

/** Runs a program with the watcher in it and in all its children; gives what it printed and what the watcher saw. */
async function watched(folder: string, ...program: string[]) {
  const seen = join(folder, 'sockets')
  writeFileSync(seen, '')
  const env = {
    ...process.env,
    SOFTPROMPT_SOCKETS: seen,
    NODE_OPTIONS: `--import ${watcher}`,
  }
  const { stdout } = await promisify(execFile)(process.execPath, program, { env })
  const lines = readFileSync(seen, 'utf8').split('\n').filter(Boolean)
  const looked = lines.filter((line) => / looked /.test(line))
  return { stdout, looked, opened: lines.filter((line) => !looked.includes(line)) }
}

it('import, tuning, scoring, trying and export open no socket and look up no name', { timeout: 120_000 }, async () => {
  const folder = temporaryFolder()
  const labels = ['billing', 'delivery', 'praise']
  const rows = Array.from(
    { length: 60 },
    (_, i) => `message ${String(i)} on ${labels[i % 3] ?? ''},${labels[i % 3] ?? ''}`,
  )
  writeFileSync(join(folder, 'mail.csv'), ['text,label', ...rows, ''].join('\n'))
  const { stdout, looked, opened } = await watched(folder, journey, folder, compute)
  expect(JSON.parse(stdout)).toEqual({
    state: 'finished',
    ledger: { connections: [], sent: 0, received: 0 },
  })
  // The service, compute for tuning, and compute that stays warm for adding, scoring and generating.
  expect(looked.length).toBeGreaterThanOrEqual(3)
  expect(looked.filter((line) => line.includes('compute')).length).toBeGreaterThanOrEqual(2)
  expect(opened).toEqual([])
})

it('the watcher itself sees a connection that is made', async () => {
  const server = createServer((socket) => void socket.end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const { opened } = await watched(temporaryFolder(), '-e', `fetch('http://localhost:${String(port)}').catch(() => 0)`)
  expect(opened.some((line) => line.includes('connect'))).toBe(true)
  expect(opened.some((line) => line.includes('dns localhost'))).toBe(true)
})
