// Clicks that change which version of something answers: done at once, and said.
import { studio } from '../../client/studio.ts'
import { t } from '../../strings/index.ts'
import { toasts } from '../../ui/toasts.svelte.ts'

export async function switchTo(item: string, version: number): Promise<void> {
  try {
    await studio.call('shelf.switch', { item, version })
    toasts.say(t.shelf.switched(item, version))
  } catch (error) {
    toasts.fail(error)
  }
}

/** Null = with none. */
export async function compareWith(item: string, version: number | null): Promise<void> {
  try {
    await studio.call('shelf.compare', { item, version })
  } catch (error) {
    toasts.fail(error)
  }
}
