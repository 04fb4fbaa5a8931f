// A service of one test with the small test engine, its model and its table, which tunes quick runs.
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { GivenSettings } from '../../main/contract/settings.ts'
import { openHome } from '../../main/service/home/home.ts'
import { createService } from '../../main/service/service.ts'
import { prepareStudio, quick, spawnFake, watchRun } from './fake-studio.ts'
import { temporaryFolder } from './temporary.ts'

/** `base`: what a run needs to start. The service is closed when the test ends. */
export async function tuningStudio() {
  const folder = temporaryFolder()
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  const base = await prepareStudio(service, folder)
  const tune = async (name: string, given: GivenSettings = {}) => {
    await service.call('runs.start', { ...base, name, settings: { ...quick, ...given } })
    await watchRun(service, name)
  }
  return { service, folder, base, tune }
}
