// The starter model, fetched and prepared once for all benches.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { PreparedModel } from '../../main/contract/model.ts'
import { starter } from '../../main/contract/starter.ts'
import { prepareModel } from '../../main/engine/model/prepare.ts'
import { fetchStarter } from '../../main/engine/model/starter.ts'
import { cache } from './paths.ts'

/** As many as the studio gives a run. */
export const threads = availableParallelism()

/** The starter model's file, fetched once. */
export async function starterFile(say: (line: string) => void): Promise<string> {
  const { signal } = new AbortController()
  return (await fetchStarter(join(cache, 'starter'), { onProgress: stages(say), signal })).path
}

const stages = (say: (line: string) => void) => {
  let stage = ''
  return (now: string): void => {
    if (now !== stage) say(`The starter model: ${now}.`)
    stage = now
  }
}

/** The starter model, and no other: results of different models would not compare. */
export async function starterModel(say: (line: string) => void): Promise<PreparedModel> {
  const onProgress = stages(say)
  const { signal } = new AbortController()
  const { path, name } = await fetchStarter(join(cache, 'starter'), { onProgress, signal })
  const model = await prepareModel(path, join(cache, 'models'), { name, onProgress })
  if (model.hash !== starter.sha256) throw new Error(`SOFTPROMPT_MODEL names ${path}, which is not the starter model.`)
  return model
}
