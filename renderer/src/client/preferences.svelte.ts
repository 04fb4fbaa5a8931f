// The user's preferences for the whole studio, which the service stores.
import type { Input, Preferences } from '../../../main/contract/service.ts'
import { changesOf } from './changes.svelte.ts'
import { connection } from './connection.svelte.ts'
import { studio } from './studio.ts'

const assumed: Preferences = { theme: 'system', network: true, baseline: null, welcomed: false }

let value = $state.raw(assumed)
let known = $state(false)

$effect.root(() => {
  $effect(() => {
    changesOf('preferences')
    void connection.times
    studio.call('studio.preferences', {}).then(
      (answer) => {
        value = answer
        known = true
      },
      () => undefined,
    )
  })
})

export const preferences = {
  /** The defaults, until the service has answered. */
  get value(): Preferences {
    return value
  },
  get known(): boolean {
    return known
  },
  async prefer(choice: Input<'studio.prefer'>): Promise<void> {
    value = await studio.call('studio.prefer', choice)
  },
}
