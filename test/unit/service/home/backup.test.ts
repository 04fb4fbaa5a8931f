// Backup and restore of a whole studio: one file, proved before anything is touched, the old state kept.
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import { openStore } from '../../../../main/engine/store/store.ts'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService, type Service } from '../../../../main/service/service.ts'
import { databaseOf } from '../../../support/earlier-database.ts'
import { prepareStudio, quick, spawnFake, watchRun } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

async function open(folder: string): Promise<Service> {
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  return service
}

async function filled() {
  const folder = temporaryFolder()
  const service = await open(folder)
  const base = await prepareStudio(service, folder)
  const run = await service.call('runs.start', { ...base, name: 'first', settings: quick })
  await watchRun(service, run.name)
  return { folder, service, base }
}

it('a studio restored from its backup is the studio that was, and the one in between is kept', async () => {
  const { folder, service, base } = await filled()
  const stages: string[] = []
  const onEvent = (event: { event: string; stage?: string }): void => void stages.push(event.stage ?? '')
  const { path, bytes } = await service.call('studio.backup', {}, { onEvent })
  expect(path).toMatch(/backups[/\\]studio-[-\d]+\.softprompt-backup$/)
  expect(statSync(path).size).toBe(bytes)
  expect(stages).toContain('copying the studio')
  const prompt = await service.call('prompts.get', { run: 'first' })

  const later = await service.call('runs.start', { ...base, name: 'later', settings: quick })
  await watchRun(service, later.name)
  expect(await service.call('studio.restore', { path })).toEqual({ restart: true })
  expect(await service.call('runs.list', {})).toHaveLength(2)
  await service.close()

  const restored = await open(folder)
  expect((await restored.call('runs.list', {})).map(({ name }) => name)).toEqual(['first'])
  expect(await restored.call('prompts.get', { run: 'first' })).toEqual(prompt)
  const oldFiles = readdirSync(join(folder, 'home')).filter((name) => /^studio-before-[-\d]+\.db$/.test(name))
  expect(oldFiles).toHaveLength(1)
  const before = new Database(join(folder, 'home', oldFiles[0] ?? ''), { readonly: true })
  onTestFinished(() => void before.close())
  expect(before.prepare('SELECT count(*) FROM runs').pluck().get()).toBe(2)
})

it('a restored studio forgets neither its connections nor that they are forbidden', async () => {
  const { folder, service } = await filled()
  const line = { host: 'early.example', purpose: 'a model', sent: 1, received: 2 }
  const write = async (host: string): Promise<void> => {
    const store = await openStore(join(folder, 'home', 'studio.db'))
    await store.connections.add({ ...line, host })
    await store.close()
  }
  await write('early.example')
  const { path } = await service.call('studio.backup', {})
  await write('late.example')
  await service.call('studio.prefer', { network: false })
  await service.call('studio.restore', { path })
  await service.close()
  const restored = await open(folder)
  const { connections } = await restored.call('studio.ledger', {})
  expect(connections.map(({ host }) => host)).toEqual(['late.example', 'early.example'])
  expect((await restored.call('studio.preferences', {})).network).toBe(false)
})

it('a backup overwrites nothing and leaves nothing when it is cancelled', async () => {
  const { folder, service } = await filled()
  const path = join(folder, 'mine.softprompt-backup')
  await expect(service.call('studio.backup', { path }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'run/cancelled',
  })
  expect(readdirSync(folder).filter((name) => name.startsWith('mine'))).toEqual([])
  await service.call('studio.backup', { path })
  await expect(service.call('studio.backup', { path })).rejects.toMatchObject({ code: 'studio/backup-exists' })
  writeFileSync(join(folder, 'file'), '')
  await expect(service.call('studio.backup', { path: join(folder, 'file', 'x') })).rejects.toMatchObject({
    code: 'studio/backup-failed',
  })
})

it('what is no whole backup of this studio is refused, and nothing is touched', async () => {
  const { folder, service } = await filled()
  const { path } = await service.call('studio.backup', {})
  const contents = readFileSync(path)
  const changed = Buffer.from(contents)
  changed[5000] = (changed[5000] ?? 0) ^ 1
  const cases: readonly (readonly [name: string, bytes: Buffer, code: string])[] = [
    ['cut', contents.subarray(0, -10), 'studio/not-a-backup'],
    ['changed', changed, 'studio/backup-damaged'],
    ['text', Buffer.from('a letter'), 'studio/not-a-backup'],
    ['empty', Buffer.alloc(0), 'studio/not-a-backup'],
  ]
  for (const [name, bytes, code] of cases) {
    writeFileSync(join(folder, name), bytes)
    await expect(service.call('studio.restore', { path: join(folder, name) })).rejects.toMatchObject({ code })
  }
  await expect(service.call('studio.restore', { path: join(folder, 'nowhere') })).rejects.toMatchObject({
    code: 'studio/not-a-backup',
  })
  await expect(service.call('studio.restore', { path: folder })).rejects.toMatchObject({ code: 'studio/not-a-backup' })
  expect(readdirSync(join(folder, 'home')).filter((name) => name.includes('resto'))).toEqual([])
})

it('a restore that was cut short goes on at the next start', async () => {
  const { folder, service } = await filled()
  const home = join(folder, 'home')
  const { path } = await service.call('studio.backup', {})
  await service.call('studio.restore', { path })
  await service.close()
  const ready = readdirSync(home).find((name) => name.startsWith('studio.db.restore-')) ?? ''
  // The old database was moved away, and then the power failed.
  copyFileSync(join(home, 'studio.db'), join(home, `studio-before-${ready.slice(-17)}.db`))
  rmSync(join(home, 'studio.db'))
  const restored = await open(folder)
  expect((await restored.call('runs.list', {})).map(({ name }) => name)).toEqual(['first'])
  expect(existsSync(join(home, ready))).toBe(false)
})

/** Changes the database in a backup, and seals it again. */
function tamper(path: string, target: string, change: (database: Database.Database) => void): void {
  const bytes = readFileSync(path)
  writeFileSync(target, bytes.subarray(0, -86))
  const database = new Database(target)
  database.unsafeMode().pragma('journal_mode = DELETE')
  change(database)
  database.close()
  seal(target)
}

function seal(path: string): void {
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
  appendFileSync(path, `\nsoftprompt-backup 1 ${sha256}\n`)
}

it.each([
  [
    'trigger evil',
    `CREATE TRIGGER evil AFTER UPDATE ON preferences BEGIN UPDATE preferences SET value = 'true' WHERE name = 'network'; END`,
  ],
  ['view evil', 'CREATE VIEW evil AS SELECT * FROM runs'],
  ['table evil', 'CREATE TABLE evil (a)'],
  ['index evil', `CREATE INDEX evil ON runs (name) WHERE name LIKE 'x'`],
  ['table preferences', 'ALTER TABLE preferences ADD COLUMN more TEXT'],
  ['index runs_by_state', 'DROP INDEX runs_by_state'],
])('a backup with a foreign schema is refused: %s', async (what, statement) => {
  const folder = temporaryFolder()
  const service = await open(folder)
  const { path } = await service.call('studio.backup', {})
  const target = join(folder, 'other.softprompt-backup')
  tamper(path, target, (database) => {
    database.exec(statement)
  })
  await expect(service.call('studio.restore', { path: target })).rejects.toMatchObject({
    code: 'studio/backup-damaged',
    message: expect.stringContaining(what) as string,
  })
  expect(readdirSync(join(folder, 'home')).filter((name) => name.includes('resto'))).toEqual([])
})

it('a backup of an earlier version is restored, and brought up to date', async () => {
  const folder = temporaryFolder()
  const service = await open(folder)
  await service.close()
  const target = join(folder, 'earlier.softprompt-backup')
  await databaseOf('0006-opened-prompts', target)
  seal(target)
  const again = await open(folder)
  await again.call('studio.restore', { path: target })
  await again.close()
  expect(await (await open(folder)).call('runs.list', {})).toEqual([])
})
