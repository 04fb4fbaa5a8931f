// A studio with two prompts, which label tables.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Input, LabellingDetails } from '../../main/contract/service.ts'
import { openHome } from '../../main/service/home/home.ts'
import { createService } from '../../main/service/service.ts'
import { prepareStudio, quick, spawnFake, watchRun } from './fake-studio.ts'
import { temporaryFolder } from './temporary.ts'

/** The prompts are 'a' and 'b'. */
export async function startLabelling() {
  const folder = temporaryFolder()
  const open = () => createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  let service = await open()
  onTestFinished(() => service.close())
  const base = await prepareStudio(service, folder)
  for (const name of ['a', 'b']) {
    await service.call('runs.start', { ...base, name, settings: quick })
    await watchRun(service, name)
  }
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const label = async (path: string, prompts = ['a'], columns: Partial<Input<'labellings.start'>> = {}) => {
    const { id: labelling } = await service.call('labellings.open', { path, prompts })
    await service.call('labellings.start', { labelling, ...columns })
    return service.call('labellings.watch', { labelling })
  }
  const saved = async ({ id: labelling }: LabellingDetails, to: 'csv' | 'jsonl' | 'xlsx', below?: number) => {
    const path = join(folder, `out.${to}`)
    await service.call('labellings.save', { labelling, to, path, ...(below === undefined ? {} : { below }) })
    return readFileSync(path)
  }
  return {
    ...{ folder, base, file, label, saved },
    get service() {
      return service
    },
    restart: async () => {
      await service.close()
      service = await open()
    },
  }
}
