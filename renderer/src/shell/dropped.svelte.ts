// A file that was dropped or chosen, with those that say something of it, on its way to the page that takes it in.
import type { Brought } from '../client/brought.ts'
import { go, router } from '../router.svelte.ts'

type Taker = 'data' | 'models' | 'share' | 'label'

let waiting = $state.raw<{ readonly files: Brought; readonly for: Taker }>()

/** Model weights go to Models, prompts to Share; everything else is a table: of examples, or to label where that is shown. */
export function takeDropped(files: Brought): void {
  const page = pageFor(files[0].name)
  waiting = { files, for: page }
  // The page that takes it in may have been told by its address which prompt labels.
  if (page !== 'label' || router.route.rest.length > 0) go(page)
}

const pageFor = (name: string): Taker => {
  if (/\.(gguf|safetensors)$/i.test(name)) return 'models'
  if (/\.(softprompt|zip)$/i.test(name)) return 'share'
  return router.route.page === 'label' ? 'label' : 'data'
}

/** Takes what waits for this page, so a second call has none; read it in an effect. */
export function droppedFor(page: Taker): Brought | undefined {
  if (waiting?.for !== page) return undefined
  const { files } = waiting
  waiting = undefined
  return files
}
