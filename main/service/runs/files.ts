// The files of a run whose result is a model: its checkpoints' folder, which goes when it has ended, and the model's.
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunFiles } from '../../contract/compute.ts'
import type { RunRecord } from '../../contract/records.ts'
import type { Store } from '../../engine/store/store.ts'
import { ownMark } from '../home/disk.ts'
import type { Home } from '../home/home.ts'

type Places = Pick<Home, 'runs' | 'models' | 'cache'>

/** Numbers of runs come again where an earlier database is restored; times do not. */
const keyOf = ({ id, createdAt }: Pick<RunRecord, 'id' | 'createdAt'>): string =>
  `run-${String(id)}-${createdAt.replaceAll(/\D/g, '')}`

export const filesOf = (
  { runs, models, cache }: Places,
  run: Pick<RunRecord, 'id' | 'name' | 'createdAt'>,
): RunFiles => ({
  state: join(runs, keyOf(run)),
  model: join(models, keyOf(run)),
  name: run.name,
  cache,
})

/** Marks the model's folder as the studio's own, which goes when the model is removed. */
export const markAsOwn = ({ model }: RunFiles): Promise<void> => writeFile(join(model, ownMark), '')

const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 3 })

/** Removes what only a run needs that can be resumed. */
export const removeState = (home: Places, run: RunRecord): Promise<void> => remove(filesOf(home, run).state)

/** Removes all that a discarded run has written. */
export async function removeFiles(home: Places, run: RunRecord): Promise<void> {
  const { state, model } = filesOf(home, run)
  for (const folder of [state, `${model}.part`, model]) await remove(folder)
}

/** Removes what a crash has left of runs that have ended. Call it once, before any run is taken on. */
export async function removeLeftStates(store: Store, home: Places): Promise<void> {
  if (!existsSync(home.runs)) return
  for (const run of await store.runs.all())
    if (run.state === 'finished' || run.state === 'diverged') await removeState(home, run)
}
