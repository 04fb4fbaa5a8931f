// A pipe that another user has made first is not talked to; the studio's own is.
import { createServer } from 'node:net'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { keyOf } from '../../../../main/service/socket/proof.ts'
import { attach } from '../../../../main/service/socket/client.ts'
import { listen } from '../../../../main/service/socket/server.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const studio = { call: () => Promise.resolve([] as never) }

test('the service proves that it can read the folder', async () => {
  const folder = temporaryFolder()
  const [address, key] = [join(folder, 'service.sock'), join(folder, 'service.key')]
  const server = await listen(studio, address, key)
  onTestFinished(() => server.close())
  const remote = await attach(address, key)
  expect(await remote?.call('runs.list', {})).toEqual([])
  await remote?.close()
  expect(statSync(key).mode & 0o077).toBe(0)
})

test('somebody else’s is not talked to, whatever it answers', async () => {
  const folder = temporaryFolder()
  const [address, key] = [join(folder, 'service.sock'), join(folder, 'service.key')]
  const heard: Buffer[] = []
  const squatter = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (piece) => {
      heard.push(piece)
      socket.write(Buffer.alloc(64, 1))
    })
  })
  await new Promise<void>((resolve) => squatter.listen(address, resolve))
  onTestFinished(() => void squatter.close())
  expect(await attach(address, key)).toBeUndefined()
  // It has heard a challenge, and nothing of the studio.
  expect(Buffer.concat(heard)).toHaveLength(32)
})

test('the key stays the same', () => {
  const path = join(temporaryFolder(), 'service.key')
  const key = keyOf(path)
  expect(keyOf(path)).toEqual(key)
  expect(readFileSync(path)).toEqual(key)
})
