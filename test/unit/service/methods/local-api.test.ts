// The switch of the local API: it opens and closes with what stands on the shelf, stays as it was left, and says what is in its way.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { RequestLine } from '../../../../main/contract/serving.ts'
import { openLocalApi } from '../../../../main/hosts/api/local.ts'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService, type Service } from '../../../../main/service/service.ts'
import { freePort } from '../../../support/free-port.ts'
import { prepareStudio, quick, spawnFake, watchRun } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

async function start() {
  const folder = temporaryFolder()
  const home = openHome(join(folder, 'home'))
  const open = (goOn: boolean, openApi = openLocalApi) =>
    createService({ home, spawn: spawnFake, threads: 1, goOn, openApi })
  let service = await open(true)
  onTestFinished(() => service.close())
  const base = await prepareStudio(service, folder)
  await service.call('runs.start', { ...base, name: 'team', settings: quick })
  await watchRun(service, 'team')
  await service.call('shelf.put', { prompt: 'team', name: 'mail' })
  return {
    home,
    call: ((...args) => service.call(...args)) as Service['call'],
    again: async (goOn = true) => {
      await service.close()
      service = await open(goOn)
    },
  }
}

const classify = (url: string | null, key?: string) =>
  fetch(`${String(url)}/v1/classify`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ prompt: 'mail', text: 'praise for you' }),
  })

it('answers while it is on, which stays so over a restart, until it is switched off', { timeout: 60_000 }, async () => {
  const { call, again } = await start()
  const port = await freePort()
  expect(await call('api.state', {})).toEqual({
    ...{ on: false, port: 8420, needsKey: false, url: null, problem: null, keys: [] },
  })
  const { url } = await call('api.switch', { on: true, port })
  expect(url).toBe(`http://127.0.0.1:${String(port)}`)
  expect(await (await classify(url)).json()).toMatchObject({ answers: [{ prompt: 'mail', label: 'praise' }] })

  await again()
  expect(await call('api.state', {})).toMatchObject({ on: true, port, url })
  expect((await classify(url)).status).toBe(200)
  // A command that becomes the service for a while does not open it.
  await again(false)
  expect(await call('api.state', {})).toMatchObject({ on: true, url: null })
  await again()
  expect(await call('api.switch', { on: false })).toMatchObject({ on: false, port, url: null })
  await expect(classify(url)).rejects.toThrow()
  await again()
  expect(await call('api.state', {})).toMatchObject({ on: false, port, url: null })
})

it('says that its port is taken, now and at a start', { timeout: 60_000 }, async () => {
  const { call, again } = await start()
  const other = createServer()
  await new Promise<void>((resolve) => {
    other.listen(0, '127.0.0.1', resolve)
  })
  const { port } = other.address() as AddressInfo
  const sentence = `Port ${String(port)} is used by another program. Choose another port, or end that program.`
  await expect(call('api.switch', { on: true, port })).rejects.toMatchObject({
    ...{ code: 'serving/port-taken', message: sentence },
  })
  expect(await call('api.state', {})).toMatchObject({ on: false, url: null, problem: null })
  await new Promise((resolve) => other.close(resolve))
  await call('api.switch', { on: true, port })
  await call('api.switch', { on: true, port, needsKey: true })

  await again(false)
  const taken = createServer()
  await new Promise<void>((resolve) => {
    taken.listen(port, '127.0.0.1', resolve)
  })
  await again()
  expect(await call('api.state', {})).toMatchObject({ on: true, needsKey: true, url: null, problem: sentence })
  await new Promise((resolve) => taken.close(resolve))
  expect(await call('api.switch', { on: true })).toMatchObject({ on: true, problem: null })
})

it('makes keys that are shown once, and tells of requests without their texts', { timeout: 60_000 }, async () => {
  const { call } = await start()
  const { url } = await call('api.switch', { on: true, port: await freePort(), needsKey: true })
  const { key } = await call('api.addKey', { name: 'report script', limit: 60 })
  expect((await call('api.state', {})).keys).toMatchObject([{ name: 'report script', limit: 60 }])
  expect(JSON.stringify(await call('api.state', {}))).not.toContain(key)
  await expect(call('api.addKey', { name: 'report script' })).rejects.toMatchObject({ code: 'serving/key-taken' })

  const lines: RequestLine[] = []
  const watching = new AbortController()
  const follow = () =>
    call(
      'api.watch',
      {},
      {
        signal: watching.signal,
        onEvent: (event) => {
          if (event.event === 'request') lines.push(event)
        },
      },
    )
  expect((await classify(url)).status).toBe(401)
  const followed = follow()
  expect((await classify(url, key)).status).toBe(200)
  await expect.poll(() => lines).toHaveLength(2)
  expect(lines).toMatchObject([
    { path: '/v1/classify', status: 401 },
    { path: '/v1/classify', status: 200, by: ['mail'], key: 'report script' },
  ])
  expect(JSON.stringify(lines)).not.toContain('praise for you')
  await call('api.revokeKey', { name: 'report script' })
  expect((await classify(url, key)).status).toBe(401)
  watching.abort()
  await followed
})

it('is not there where a command has the studio open', async () => {
  const home = openHome(join(temporaryFolder(), 'home'))
  const service = await createService({ home, spawn: spawnFake, threads: 1, goOn: true })
  onTestFinished(() => service.close())
  await expect(service.call('api.switch', { on: true })).rejects.toMatchObject({ code: 'serving/no-switch' })
})
