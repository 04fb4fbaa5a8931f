// Moves runs and prompts to the trash, and says so with a way back.
import { studio } from '../client/studio.ts'
import { t } from '../strings/index.ts'
import { toasts } from './toasts.svelte.ts'

/** Resolves with whether they are there. */
export async function trashed(names: readonly string[]): Promise<boolean> {
  const restore = (): void => void studio.call('trash.restore', { names: [...names] }).catch(toasts.fail)
  try {
    await studio.call('trash.put', { names: [...names] })
    toasts.say(t.common.trashed(names), { text: t.common.undo, run: restore })
    return true
  } catch (error) {
    toasts.fail(error)
    return false
  }
}
