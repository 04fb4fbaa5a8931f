// How many problems a data set has is kept from the profile that counted them, for as long as it is true.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { spawnFake } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

it('is known from the first profile on, after a restart too, until rows or roles change', async () => {
  const folder = temporaryFolder()
  const open = async () => {
    const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
    onTestFinished(() => service.close())
    return service
  }
  const first = await open()
  const path = join(folder, 'mail.csv')
  const rows = Array.from({ length: 40 }, (_, i) => `message ${String(i)},${i % 2 ? 'a' : 'b'},note ${String(i)}`)
  writeFileSync(path, ['text,label,other', ...rows, ',a,a row without a text', ''].join('\n'))
  const { dataset } = await first.call('data.import', { path })
  const counted = async (service = first) => (await service.call('data.list', {}))[0]?.problems
  const profile = async (roles = {}, service = first) => {
    const { version } = await service.call('data.show', { dataset })
    return (await service.call('data.profile', { dataset, version, roles })).problems.length
  }
  await first.call('data.roles', { dataset, text: 'text', label: 'label', task: 'classification' })
  expect(await counted()).toBeUndefined()
  // Other columns than those that the data set has say nothing of it.
  await profile({ text: 'other' })
  expect(await counted()).toBeUndefined()
  const found = await profile()
  expect(found).toBeGreaterThan(0)
  expect(await counted()).toBe(found)
  await first.close()

  const second = await open()
  expect(await counted(second)).toBe(found)
  await second.call('data.roles', { dataset, text: 'other', label: 'label', task: 'classification' })
  expect(await counted(second)).toBeUndefined()
  await second.call('data.roles', { dataset, text: 'text', label: 'label', task: 'classification' })
  expect(await counted(second)).toBe(found)
  await second.call('data.fix', { dataset })
  const left = await profile({}, second)
  expect(left).toBeLessThan(found)
  expect(await counted(second)).toBe(left)
})
