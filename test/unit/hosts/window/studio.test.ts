// What one window may name of the disk: nothing by its path, whatever the method; only what its host has granted, once.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { pathFields, useOf, type WindowInput } from '../../../../main/contract/grants.ts'
import type { Grant, Granted } from '../../../../main/contract/methods/host.ts'
import { inputsFor, type Method, type Studio } from '../../../../main/contract/service.ts'
import { createGrants } from '../../../../main/hosts/window/grants.ts'
import { guardStudio, type WindowOptions } from '../../../../main/hosts/window/studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

/** A window whose service keeps what reaches it. */
function start(options: Partial<WindowOptions> = {}, answer: Studio['call'] = () => Promise.resolve(null as never)) {
  const reached: (readonly [method: string, input: unknown])[] = []
  const uploads = join(temporaryFolder(), 'uploads')
  const service: Studio = {
    call: (method, input, how) => {
      reached.push([method, input])
      return answer(method, input, how)
    },
  }
  const grants = createGrants()
  const studio = guardStudio(service, grants, { uploads, allowed: [], ...options })
  onTestFinished(studio.end)
  const call = (method: string, input: unknown): Promise<unknown> => studio.call(method as Method, input as never)
  return { reached, grants, uploads, call, end: studio.end }
}

const methods = Object.entries(inputsFor([]))
/** Every field of every method that is a path. */
const paths = Object.entries(pathFields).flatMap(([method, fields]) =>
  fields.map(([field, use]) => ({ method, field, use })),
)

describe('a path that a window sends as it is', () => {
  it.each(paths)('is refused: $method $field', async ({ method, field }) => {
    const { call, reached } = start()
    for (const path of ['/etc/passwd', '', 'relative', 'C:\\x', 42, null, undefined, { grant: 'x' }, ['/etc/passwd']])
      await expect(call(method, { [field]: path })).rejects.toMatchObject({ code: 'studio/no-grant' })
    expect(reached).toEqual([])
  })

  it('reaches the service in no field of any method', async () => {
    for (const [method, { entries = {} }] of methods as [string, { entries?: object }][]) {
      const { call, reached } = start()
      const input = Object.fromEntries(Object.keys(entries).map((field) => [field, '/etc/passwd']))
      await call(method, input).catch(() => undefined)
      const known = pathFields[method]!.map(([field]) => field)
      for (const [, got] of reached)
        for (const field of known) expect((got as Record<string, unknown>)[field]).not.toBe('/etc/passwd')
      expect(reached).toHaveLength(known.length > 0 ? 0 : 1)
    }
  })

  it('is known as one wherever a method takes it: by its schema, never deeper than the guard looks', () => {
    expect(paths.map(({ method, field, use }) => `${method} ${field}: ${use}`)).toEqual(
      expect.arrayContaining([
        'data.import path: read',
        'models.add path: read',
        'prompts.open path: read',
        'export folder: folder',
        'studio.backup path: save',
        'studio.restore path: read',
      ]),
    )
    for (const [method, schema] of methods) {
      const fields = Object.entries((schema as { entries?: Record<string, never> }).entries ?? {})
      const known = pathFields[method]!.map(([field]) => field)
      for (const [field, entry] of fields) {
        expect([method, field, known.includes(field)]).toEqual([method, field, holdsPath(entry)])
        // What is called like a path is one.
        if (/path|folder|file|dir$|location/i.test(field))
          expect([method, field]).toEqual([method, known.find((one) => one === field)])
      }
    }
  })

  it('does not compile in a window', () => {
    expectTypeOf<WindowInput<'data.import'>['path']>().toEqualTypeOf<Grant>()
    expectTypeOf<WindowInput<'studio.backup'>>().toEqualTypeOf<{ path?: Grant }>()
    expectTypeOf<WindowInput<'data.rename'>['name']>().toEqualTypeOf<string>()
    expectTypeOf<string>().not.toMatchTypeOf<WindowInput<'export'>['folder']>()
  })
})

/** Whether a path stands anywhere in a schema. */
function holdsPath(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false
  if ('kind' in schema && schema.kind === 'schema' && useOf(schema as never) !== undefined) return true
  return Object.entries(schema).some(
    ([name, part]) => name !== '~standard' && typeof part === 'object' && holdsPath(part),
  )
}

describe('a grant', () => {
  const path = '/home/ann/mail.csv'

  it('becomes the path on the way to the service, once', async () => {
    const { call, grants, reached } = start()
    const { grant, name } = grants.give('read', path)
    expect([name, grant.includes('mail')]).toEqual(['mail.csv', false])
    await call('data.import', { path: grant, choices: {} })
    expect(reached).toEqual([['data.import', { path, choices: {} }]])
    await expect(call('data.import', { path: grant })).rejects.toMatchObject({ code: 'studio/no-grant' })
  })

  it('outlives looks at the file, and can be given up', async () => {
    const { call, grants, reached, uploads } = start()
    const { file } = (await call('files.open', { name: 'mail.csv' })) as { file: number }
    const { grant } = (await call('files.close', { file })) as Granted
    await call('data.glance', { path: grant })
    await call('data.glance', { path: grant, choices: { header: 2 } })
    expect(reached.map(([method]) => method)).toEqual(['data.glance', 'data.glance'])
    const lies = (): string[] =>
      readdirSync(uploads, { recursive: true })
        .map(String)
        .filter((name) => name.endsWith('mail.csv'))
    expect(lies()).toHaveLength(1)
    await call('files.giveUp', { grant })
    expect(lies()).toEqual([])
    await expect(call('data.glance', { path: grant })).rejects.toMatchObject({ code: 'studio/no-grant' })
    const { grant: other } = grants.give('read', path)
    await call('data.glance', { path: other })
    await call('data.import', { path: other })
    await expect(call('data.glance', { path: other })).rejects.toMatchObject({ code: 'studio/no-grant' })
  })

  it('is for one thing: what may be read may not be written', async () => {
    const { call, grants, reached } = start()
    for (const [use, method, field] of [
      ['read', 'export', 'folder'],
      ['read', 'studio.backup', 'path'],
      ['save', 'data.import', 'path'],
      ['folder', 'studio.backup', 'path'],
    ] as const)
      await expect(call(method, { [field]: grants.give(use, path).grant })).rejects.toMatchObject({
        code: 'studio/no-grant',
      })
    expect(reached).toEqual([])
  })

  it('of another window is nothing here', async () => {
    const { call } = start()
    const { grant } = start().grants.give('read', path)
    await expect(call('data.import', { path: grant })).rejects.toMatchObject({ code: 'studio/no-grant' })
  })

  it('waits among a bounded number', async () => {
    const { call, grants } = start()
    const { grant } = grants.give('read', path)
    for (let i = 0; i < 64; i++) grants.give('read', path)
    await expect(call('data.import', { path: grant })).rejects.toMatchObject({ code: 'studio/no-grant' })
  })
})

it('a method that this host does not know reaches no service, though a newer one may know it', async () => {
  const { call, reached } = start()
  for (const method of ['data.newer', '__proto__', 'constructor', 'toString'])
    await expect(call(method, { path: '/etc/passwd' })).rejects.toMatchObject({ code: 'run/bad-input' })
  expect(reached).toEqual([])
})

it('what needs no path passes through, optional ones included', async () => {
  const { call, reached } = start()
  await call('studio.backup', {})
  await call('data.rename', { dataset: 1, name: '/etc/passwd' })
  await call('data.rename', 42)
  expect(reached.map(([, input]) => input)).toEqual([{}, { dataset: 1, name: '/etc/passwd' }, 42])
})

describe('an upload', () => {
  const send = async ({ call }: Pick<ReturnType<typeof start>, 'call'>, text: string): Promise<Granted> => {
    const { file } = (await call('files.open', { name: 'mail.csv' })) as { file: number }
    await call('files.write', { file, bytes: Buffer.from(text) })
    return (await call('files.close', { file })) as Granted
  }

  it('is there during its import, and deleted right after it, whether that succeeds or fails', async () => {
    const seen: string[] = []
    const window = start({}, (_method, input) => {
      const { path } = input as { path: string }
      seen.push(readFileSync(path, 'utf8'))
      return seen.length === 1 ? Promise.resolve(null as never) : Promise.reject(new Error('no row'))
    })
    for (const text of ['one', 'two']) {
      const { grant, name } = await send(window, text)
      expect(name).toBe('mail.csv')
      await window.call('data.import', { path: grant }).catch(() => undefined)
      expect(readdirSync(join(window.uploads, readdirSync(window.uploads)[0]!))).toEqual([])
    }
    expect(seen).toEqual(['one', 'two'])
  })

  it('is deleted when its window leaves before it was used', async () => {
    const window = start()
    await send(window, 'one')
    await window.call('files.open', { name: 'half.csv' })
    await window.end()
    expect(readdirSync(window.uploads)).toEqual([])
  })

  it('is refused in a sentence where its name or pieces are none', async () => {
    const { call } = start()
    for (const input of [{}, { name: '' }, { name: 'x'.repeat(256) }, { name: 1 }, null])
      await expect(call('files.open', input)).rejects.toMatchObject({ code: 'run/bad-input' })
    await expect(call('files.write', { file: 1, bytes: new Uint8Array((1 << 20) + 1) })).rejects.toMatchObject({
      code: 'run/bad-input',
    })
  })
})

it('a window that has a dialog of the system has no downloads', async () => {
  const { call } = start()
  await expect(call('files.place', { name: 'mail.csv' })).rejects.toMatchObject({ code: 'studio/no-downloads' })
})

describe('a path that a person types', () => {
  it('is taken within the folders that were named at the start, links followed, and nowhere else', async () => {
    const root = temporaryFolder()
    const allowed = join(root, 'models')
    mkdirSync(join(allowed, 'llama'), { recursive: true })
    writeFileSync(join(root, 'secret.txt'), 'secret')
    symlinkSync(root, join(allowed, 'link'))
    const { call, reached } = start({ allowed: [allowed] })
    const type = (path: string): Promise<unknown> => call('host.type', { use: 'read', path })
    const { grant } = (await type(join(allowed, 'llama'))) as Granted
    await call('models.add', { path: grant })
    expect(reached).toEqual([['models.add', { path: join(allowed, 'llama') }]])
    for (const outside of [
      join(root, 'secret.txt'),
      join(allowed, '..', 'secret.txt'),
      join(allowed, 'link', 'secret.txt'),
      `${allowed}-other`,
      'models/llama',
      '/',
      `${allowed}\0/x`,
    ])
      await expect(type(outside)).rejects.toMatchObject({ code: 'studio/path-outside' })
    // What is to be made is looked at by the part that is there.
    await expect(call('host.type', { use: 'save', path: join(allowed, 'new', 'a') })).resolves.toMatchObject({
      name: 'a',
    })
    await expect(call('host.type', { use: 'save', path: join(allowed, 'link', 'a') })).rejects.toMatchObject({
      code: 'studio/path-outside',
    })
    expect(existsSync(join(allowed, 'new'))).toBe(false)
  })

  it('is refused where no folder was named, and the window knows that beforehand', async () => {
    const { call } = start()
    expect(await call('host.ways', {})).toEqual({ chooses: false, allowed: [] })
    await expect(call('host.type', { use: 'read', path: '/etc/passwd' })).rejects.toMatchObject({
      code: 'studio/path-outside',
    })
    await expect(call('host.choose', { use: 'read' })).rejects.toMatchObject({ code: 'studio/no-dialog' })
  })
})

it('a dialog of the system grants what the person chose, and nothing where they chose none', async () => {
  const asked: unknown[][] = []
  const answers = ['/home/ann/a.softprompt-backup', undefined]
  const { call, reached } = start({
    choose: (...args) => {
      asked.push(args)
      return Promise.resolve(answers.shift())
    },
  })
  expect(await call('host.ways', {})).toEqual({ chooses: true, allowed: [] })
  const { grant } = (await call('host.choose', { use: 'save', suggested: 'a' })) as Granted
  await call('studio.backup', { path: grant })
  expect(reached).toEqual([['studio.backup', { path: '/home/ann/a.softprompt-backup' }]])
  expect(await call('host.choose', { use: 'folder' })).toBe(null)
  expect(asked).toEqual([
    ['save', 'a'],
    ['folder', undefined],
  ])
})
