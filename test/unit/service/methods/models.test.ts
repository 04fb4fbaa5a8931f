// Models in a real service: what they take, what removing one deletes, and the door to the network.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { download } from '../../../../main/engine/model/download.ts'
import { architectures, titlesOf } from '../../../../main/engine/network/architectures/index.ts'
import { openStore } from '../../../../main/engine/store/store.ts'
import { createUploads } from '../../../../main/hosts/window/uploads.ts'
import { openHome } from '../../../../main/service/home/home.ts'
import { throughNetwork } from '../../../../main/service/studio/network.ts'
import { createService } from '../../../../main/service/service.ts'
import { prepareStudio, quick, spawnFake } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

async function start() {
  const folder = temporaryFolder()
  const home = openHome(join(folder, 'home'))
  const service = await createService({ home, spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  return { folder, home, service }
}

it('a model is listed with its size, what it takes and whether it fits', async () => {
  const { service, folder } = await start()
  await prepareStudio(service, folder)
  const [model] = await service.call('models.list', {})
  expect(model).toMatchObject({ name: 'tiny', context: 64, runs: 0, fits: true, bytes: 0 })
  expect(model?.parameters).toBe(100 * 4 + 4 + (2 * 16 + 2 * 8) + 3 * 32 + 8)
  expect(model?.memory).toBeGreaterThan(100e6)
})

it('the families that can be added are those of the engine’s table', async () => {
  const { service } = await start()
  expect(await service.call('models.families', {})).toEqual(titlesOf(architectures))
})

it('removing a model deletes what the studio keeps of it and nothing of its owner', async () => {
  const { service, folder, home } = await start()
  mkdirSync(home.models, { recursive: true })
  const [own, owned] = [join(folder, 'own.gguf'), join(home.models, 'kept.gguf')]
  writeFileSync(own, 'mine')
  writeFileSync(owned, 'the studio fetched it')
  for (const path of [own, owned]) await service.call('models.add', { path })
  expect((await service.call('models.list', {})).map(({ bytes }) => bytes)).toEqual([0, 21])
  await service.call('models.remove', { model: 'own' })
  await service.call('models.remove', { model: 'kept' })
  expect(await service.call('models.list', {})).toEqual([])
  expect([existsSync(own), existsSync(owned)]).toEqual([true, false])
})

it('an uploaded model is stored in the studio’s folder, and removed where it cannot be read', async () => {
  const { service, home } = await start()
  const uploads = createUploads(home.uploads)
  onTestFinished(uploads.end)
  const handOver = async (content: string) => {
    const file = await uploads.open('mine.gguf')
    await uploads.write(file, Buffer.from(content))
    return (await uploads.close(file)).path
  }
  const { source } = await service.call('models.add', { path: await handOver('weights'), name: 'mine' })
  expect(source).toBe(join(home.models, 'mine.gguf'))
  await expect(service.call('models.add', { path: await handOver('others'), name: 'mine' })).rejects.toMatchObject({
    code: 'store/name-taken',
  })
  expect(readdirSync(home.models)).toEqual(['mine.gguf'])
  expect(await service.call('models.list', {})).toMatchObject([{ name: 'mine', bytes: 7 }])
})

it('removing a model never deletes what the studio did not make, wherever it was added from', async () => {
  const { service, folder, home } = await start()
  const inner = join(home.models, 'mine', 'inner.gguf')
  for (const each of [join(home.models, 'mine'), home.cache]) mkdirSync(each, { recursive: true })
  const own = join(folder, 'own.gguf')
  writeFileSync(own, 'own')
  writeFileSync(inner, 'inner')
  symlinkSync(own, join(home.models, 'link.gguf'))
  symlinkSync(home.models, join(folder, 'models-link'))
  const kept = [own, inner, join(home.models, 'link.gguf'), join(folder, 'models-link'), home.folder, home.cache]
  const tried = [
    `${home.models}/mine/inner.gguf`,
    join(folder, 'models-link', 'mine', 'inner.gguf'),
    join(home.models, 'link.gguf'),
    `${home.folder}/models/../models/./link.gguf`,
  ]
  for (const path of tried) {
    const { name } = await service.call('models.add', { path })
    await service.call('models.remove', { model: name })
    expect([path, kept.filter((each) => !existsSync(each))]).toEqual([path, []])
  }
})

it('a model whose source was a folder of the studio’s own is removed without it', async () => {
  const { service, home } = await start()
  for (const each of [home.models, home.cache]) mkdirSync(each, { recursive: true })
  writeFileSync(join(home.models, 'other.gguf'), 'other')
  const store = await openStore(join(home.folder, 'studio.db'))
  const config = {} as never
  const base = { hash: 'h', family: 'llama', licence: undefined, prepared: new Uint8Array(), config }
  // What earlier studios stored.
  for (const [name, source] of [
    ['a', `${home.models}/`],
    ['b', home.folder],
    ['c', home.cache],
    ['d', '/'],
  ] as const)
    await store.models.put({ ...base, name, source, folder: source })
  await store.close()
  for (const model of ['a', 'b', 'c', 'd']) await service.call('models.remove', { model })
  expect([existsSync(join(home.models, 'other.gguf')), existsSync(home.cache)]).toEqual([true, true])
})

describe('a model’s name', () => {
  const file = (folder: string, name: string, content: string): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }

  it('that is a file’s fits, and can be used, changed and removed', async () => {
    const { service, folder } = await start()
    const long = `Meta-Llama-3-8B-Instruct-${'abliterated-'.repeat(6)}Q4_K_M`
    const { name } = await service.call('models.add', { path: file(folder, `${long}.gguf`, 'x') })
    expect(name).toBe(long.slice(0, 80))
    const strange = await service.call('models.add', { path: file(folder, 'a\n\u202Eb: c?.gguf', 'y') })
    expect(strange.name).toBe('a b_ c_')
    await service.call('models.rename', { model: name, name: 'Short' })
    await expect(service.call('models.rename', { model: 'Short', name: strange.name })).rejects.toMatchObject({
      code: 'store/name-taken',
    })
    await service.call('models.rename', { model: 'Short', name: 'Short' })
    for (const model of ['Short', strange.name]) await service.call('models.remove', { model })
    expect(await service.call('models.list', {})).toEqual([])
  })

  it('keeps its dots, and is told apart from another model’s', { timeout: 60_000 }, async () => {
    const { service, folder } = await start()
    const names: string[] = []
    for (const [place, content] of [
      ['one', 'x'],
      ['two', 'y'],
      ['three', 'y'],
    ] as const) {
      mkdirSync(join(folder, place))
      const path = file(join(folder, place), 'Qwen2.5-0.5B.Q4_0.gguf', content)
      names.push((await service.call('models.add', { path })).name)
    }
    // The last is the second once more.
    const expected = ['Qwen2.5-0.5B.Q4_0', 'Qwen2.5-0.5B.Q4_0 2', 'Qwen2.5-0.5B.Q4_0 2']
    expect(names).toEqual(expected)
  })

  it('that is typed is refused with a sentence, and one from an older studio still works', async () => {
    const { service, folder, home } = await start()
    const path = file(folder, 'm.gguf', 'x')
    for (const [name, words] of [
      ['..', 'dot'],
      ['CON', 'device'],
      ['a:b', 'no :'],
      ['a\u202Eb', 'invisible'],
      ['x'.repeat(81), '80 characters'],
    ] as const)
      await expect(service.call('models.add', { path, name })).rejects.toThrow(words)
    const store = await openStore(join(home.folder, 'studio.db'))
    const bad = `old/${'n'.repeat(200)}\n`
    const config = {} as never
    const described = { hash: 'h', family: 'llama', licence: undefined, prepared: new Uint8Array(), config }
    await store.models.put({ ...described, name: bad, source: path, folder })
    await store.close()
    await service.call('models.rename', { model: bad, name: 'Good' })
    await service.call('models.remove', { model: 'Good' })
    expect(readFileSync(path, 'utf8')).toBe('x')
  })
})

it('a model that runs were tuned on stays', async () => {
  const { service, folder } = await start()
  const base = await prepareStudio(service, folder)
  await service.call('runs.start', { ...base, settings: quick })
  await expect(service.call('models.remove', { model: 'tiny' })).rejects.toMatchObject({ code: 'studio/model-in-use' })
  expect(await service.call('models.list', {})).toMatchObject([{ name: 'tiny', runs: 1 }])
})

it('with the network forbidden the starter model is refused, and nothing is requested', async () => {
  vi.stubEnv('SOFTPROMPT_MODEL', '')
  onTestFinished(() => void vi.unstubAllEnvs())
  const { service } = await start()
  await service.call('studio.prefer', { network: false })
  await expect(service.call('models.starter', {})).rejects.toMatchObject({ code: 'studio/network-off' })
  expect(await service.call('studio.ledger', {})).toEqual({ connections: [], sent: 0, received: 0 })
})

it('every exchange is in the ledger, failed ones too', async () => {
  const store = await openStore(join(temporaryFolder(), 'studio.db'))
  const server = createServer((request, response) => {
    if (request.url === '/file') response.end('content')
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.close()
    await store.close()
  })
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  const part = join(temporaryFolder(), 'part')
  const subjects: string[] = []
  const fetching = (path: string) =>
    throughNetwork({ store, changed: (subject) => void subjects.push(subject) }, 'a test', (onConnection) =>
      download(url + path, part, {
        bytes: 7,
        onBytes: () => undefined,
        signal: AbortSignal.timeout(5000),
        onConnection,
      }),
    )
  await expect(fetching('/missing')).rejects.toThrow('404')
  await fetching('/file')
  const [second, first] = await store.connections.list()
  expect(first).toMatchObject({ host: new URL(url).host, purpose: 'a test', received: 0 })
  expect(second).toMatchObject({ received: 7 })
  expect(second?.sent).toBeGreaterThan(50)
  expect(subjects).toEqual(['ledger', 'ledger'])
})
