// Moves runs, prompts and data sets to the trash, and says so with a way back.
import type { DatasetSummary, Input } from '../../../main/contract/service.ts'
import { withRuns } from '../../../main/contract/words/counts.ts'
import { studio } from '../client/studio.ts'
import { t } from '../strings/index.ts'
import { toasts } from './toasts.svelte.ts'

/** Runs and prompts by their names; resolves with whether they are there. */
export const trashed = (names: readonly string[]): Promise<boolean> => put({ names: [...names] }, names)

/** A data set with its runs; resolves with whether it is there. */
export const trashedData = ({ id, name, runs }: DatasetSummary): Promise<boolean> =>
  put({ datasets: [id] }, [withRuns(name, runs)])

async function put(chosen: Input<'trash.put'>, names: readonly string[]): Promise<boolean> {
  const restore = (): void => void studio.call('trash.restore', chosen).catch(toasts.fail)
  try {
    await studio.call('trash.put', chosen)
    toasts.say(t.common.trashed(names), { text: t.common.undo, run: restore })
    return true
  } catch (error) {
    toasts.fail(error)
    return false
  }
}
