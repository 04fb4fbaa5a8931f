// What was removed is nowhere any more: not in the database, its log, a later backup, nor any other file of the studio's folder.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService, type Service } from '../../../../main/service/service.ts'
import { prepareStudio, quick, spawnFake, watchRun } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const SECRET = /TOP(SECRET|RENAMED|ADDED|WRITTEN)\d*/

async function open(folder: string): Promise<Service> {
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  return service
}

/** Files below the folder that hold a secret, by their names. */
function leaks(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => {
    const path = join(folder, name)
    const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true
    return isFile && SECRET.test(readFileSync(path, 'latin1'))
  })
}

async function importSecrets(service: Service, folder: string): Promise<number> {
  const table = join(folder, 'secret.csv')
  const lines = Array.from({ length: 60 }, (_, i) => `TOPSECRET${String(i)} patient,${['a', 'b', 'c'][i % 3] ?? ''}`)
  writeFileSync(table, ['text,label', ...lines, ''].join('\n'))
  const { dataset } = await service.call('data.import', { path: table })
  rmSync(table)
  return dataset
}

it('rows, their history and the runs on them leave every file, and no later backup has them', async () => {
  const folder = temporaryFolder()
  const service = await open(folder)
  const base = await prepareStudio(service, folder)
  const dataset = await importSecrets(service, folder)
  await service.call('data.rename', { dataset, name: 'TOPRENAMED' })
  await service.call('data.add', { dataset, rows: [['TOPADDED one', 'a']] })
  await service.call('data.undo', { dataset })
  const { version } = await service.call('data.show', { dataset })
  const template = { kind: 'plain', body: '{text}', instruction: 'TOPWRITTEN', answerPrefix: ' ' } as const
  const settings = { ...quick, template }
  const run = await service.call('runs.start', { ...base, dataset, version, name: 'first', settings })
  await watchRun(service, run.name)
  expect(leaks(folder)).not.toEqual([])
  await service.call('runs.discard', { run: 'first' })
  await service.call('trash.delete', { datasets: [dataset] })
  await expect.poll(() => leaks(folder), { timeout: 10_000 }).toEqual([])
  const { path } = await service.call('studio.backup', {})
  expect(readFileSync(path, 'latin1').match(SECRET)).toBeNull()
  expect(leaks(folder)).toEqual([])
})

it('a backup made right after a removal does not have it either', async () => {
  const folder = temporaryFolder()
  const service = await open(folder)
  const dataset = await importSecrets(service, folder)
  await service.call('trash.delete', { datasets: [dataset] })
  const { path } = await service.call('studio.backup', {})
  expect(readFileSync(path, 'latin1').match(SECRET)).toBeNull()
})
