// The starter model, prepared once for all benches.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { PreparedModel } from '../../main/contract/model.ts'
import { prepareModel } from '../../main/engine/model/prepare.ts'
import { cache } from './paths.ts'

/** As many as the studio gives a run. */
export const threads = availableParallelism()

/** The model that SOFTPROMPT_MODEL names. Throws where it names none. */
export async function starterModel(say: (line: string) => void): Promise<PreparedModel> {
  const path = process.env['SOFTPROMPT_MODEL']
  if (path === undefined) throw new Error('Set SOFTPROMPT_MODEL to the starter model (a .gguf file or a folder).')
  say(`Preparing ${path}.`)
  return prepareModel(path, join(cache, 'models'), { name: 'starter' })
}
