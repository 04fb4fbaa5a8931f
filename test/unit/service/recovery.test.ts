// A damaged database: the studio says so, keeps the file, and goes on with a backup or anew.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openHome } from '../../../main/service/home/home.ts'
import { removeReplaced } from '../../../main/service/home/aside.ts'
import { createService, type Service } from '../../../main/service/service.ts'
import { prepareStudio, quick, spawnFake, watchRun } from '../../support/fake-studio.ts'
import { temporaryFolder } from '../../support/temporary.ts'

async function open(folder: string): Promise<Service> {
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  return service
}

/** A studio with a run and a backup of it, whose database is overwritten afterwards. */
async function damaged(garbage: (bytes: Buffer) => Buffer) {
  const folder = temporaryFolder()
  const service = await open(folder)
  const base = await prepareStudio(service, folder)
  await watchRun(service, (await service.call('runs.start', { ...base, name: 'first', settings: quick })).name)
  const { path } = await service.call('studio.backup', {})
  await service.close()
  const { database } = openHome(join(folder, 'home'))
  writeFileSync(database, garbage(readFileSync(database)))
  return { folder, backup: path, bytes: readFileSync(database) }
}

const middle = (bytes: Buffer): Buffer => Buffer.concat([bytes.subarray(0, 9000), Buffer.alloc(60_000, 7)])

const aside = (folder: string): string[] =>
  readdirSync(join(folder, 'home')).filter((name) => /^studio-damaged-[-\d]+\.db$/.test(name))

it.each([
  ['no database at all', () => Buffer.alloc(20_000, 3)],
  ['a cut and overwritten one', middle],
])('%s: everything answers what is wrong, and a backup is restored at once', async (_what, garbage) => {
  const { folder, bytes } = await damaged(garbage)
  const service = await open(folder)
  await expect(service.call('runs.list', {})).rejects.toMatchObject({
    code: 'store/damaged-file',
    message: expect.stringMatching(/studio\.db is damaged\. Restore a backup, or start anew/) as string,
  })
  const { damage, backups } = await service.call('studio.condition', {})
  expect(damage).toContain('is damaged')
  expect(backups).toHaveLength(1)
  await service.call('studio.recover', { backup: backups[0]?.name ?? '' })
  expect((await service.call('runs.list', {})).map(({ name }) => name)).toEqual(['first'])
  expect((await service.call('studio.condition', {})).damage).toBeNull()
  const [kept = '', ...others] = aside(folder)
  expect(others).toEqual([])
  expect(readFileSync(join(folder, 'home', kept)).equals(bytes)).toBe(true)
})

it('without a backup it starts anew, with the network off: nobody knows any more what was chosen', async () => {
  const { folder } = await damaged(() => Buffer.alloc(20_000, 3))
  const service = await open(folder)
  await service.call('studio.recover', {})
  expect(await service.call('runs.list', {})).toEqual([])
  expect((await service.call('studio.preferences', {})).network).toBe(false)
  expect(aside(folder)).toHaveLength(1)
})

it('a backup from elsewhere is restored; what is none is refused, and nothing is moved', async () => {
  const { folder, backup } = await damaged(middle)
  const service = await open(folder)
  writeFileSync(join(folder, 'letter'), 'a letter')
  await expect(service.call('studio.restore', { path: join(folder, 'letter') })).rejects.toMatchObject({
    code: 'studio/not-a-backup',
  })
  await expect(service.call('studio.recover', { backup: '../backups/x' })).rejects.toMatchObject({
    code: 'run/bad-input',
  })
  expect(aside(folder)).toEqual([])
  await service.call('studio.restore', { path: backup })
  expect(await service.call('runs.list', {})).toHaveLength(1)
})

it('a sound database is not replaced', async () => {
  const service = await open(temporaryFolder())
  await expect(service.call('studio.recover', {})).rejects.toMatchObject({ code: 'studio/not-damaged' })
  expect(await service.call('studio.condition', {})).toMatchObject({ damage: null, backups: [] })
})

it('of replaced databases the latest is kept, for 30 days; a damaged one for good', () => {
  const folder = temporaryFolder()
  const names = [
    'studio-before-2026-01-01-120000.db',
    'studio-before-2026-01-20-120000.db',
    'studio-before-2026-01-20-120000.db-wal',
    'studio-damaged-2025-01-01-120000.db',
    'studio-before-my-own.db',
  ]
  for (const name of names) writeFileSync(join(folder, name), '')
  removeReplaced({ folder }, new Date('2026-02-01T00:00:00Z'))
  expect(existsSync(join(folder, names[0] ?? ''))).toBe(false)
  expect(readdirSync(folder)).toHaveLength(4)
  removeReplaced({ folder }, new Date('2026-03-01T00:00:00Z'))
  expect(readdirSync(folder).sort()).toEqual(['studio-before-my-own.db', 'studio-damaged-2025-01-01-120000.db'])
})
