// A named pipe that nobody writes to holds nothing up: neither the call, nor one of Node's four threads for files.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { spawnFake, writeInputs } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

it.skipIf(process.platform === 'win32')('pipes are refused by every method that reads a file', async () => {
  const folder = temporaryFolder()
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  const path = join(folder, 'pipe.csv')
  execFileSync('sh', ['-c', 'mkfifo "$0"', path])
  const imports = Array.from({ length: 5 }, () => service.call('data.import', { path }))
  for (const { reason } of (await Promise.allSettled(imports)) as PromiseRejectedResult[])
    expect(reason).toMatchObject({ code: 'data/not-a-file' })
  await expect(service.call('studio.restore', { path })).rejects.toMatchObject({ code: 'studio/not-a-backup' })
  await expect(service.call('prompts.open', { path })).rejects.toMatchObject({ code: 'prompt/damaged' })
  expect((await service.call('data.import', { path: writeInputs(folder).data })).rows).toBe(60)
})
