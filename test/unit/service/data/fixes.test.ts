// Fixes of problems, one click each, through the service: what they do to the rows, and that all of it can be undone.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { spawnFake } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

it('labels are mended one after the other, and a label that reads like a missing value stays unless it is excluded', async () => {
  const folder = temporaryFolder()
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  const path = join(folder, 'labels.csv')
  const some = (label: string, rows: number): string[] =>
    Array.from(
      { length: rows },
      (_, i) => `wo\u00adrd number ${String(i)} for ${String(label.codePointAt(0))},${label}`,
    )
  const rows = [...some('billing', 6), ...some('shipping', 6), ...some('Billing\u200b', 2), ...some('None', 3)]
  writeFileSync(path, ['text,label', ...rows].join('\n'))
  const { dataset, version: first } = await service.call('data.import', { path })
  let version = first
  const problems = async () =>
    (await service.call('data.profile', { dataset, version })).problems.map(({ problem }) => problem)
  const fix = async (problem: string) => {
    version = (await service.call('data.fix', { dataset, problem })).number
  }
  expect(await problems()).toEqual(['invisible-label', 'missing-label', 'label-spelling', 'invisible-text'])
  await fix('invisible-label')
  await fix('label-spelling')
  await fix('invisible-text')
  const profile = await service.call('data.profile', { dataset, version })
  expect(profile.problems.map(({ problem }) => problem)).toEqual(['missing-label'])
  expect(profile.labels).toEqual([
    { label: 'billing', rows: 8 },
    { label: 'shipping', rows: 6 },
    { label: 'None', rows: 3 },
  ])
  await fix('missing-label')
  expect(await problems()).toEqual([])
  const { versions } = await service.call('data.show', { dataset })
  expect(versions.map(({ description }) => description)).toEqual(
    expect.arrayContaining(['Invisible characters removed in 2 rows', 'Spelling unified in 2 rows', '3 rows excluded']),
  )
})
