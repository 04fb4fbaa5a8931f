// A file that was dropped or chosen, on its way to the page that takes it in.
import { go } from '../router.svelte.ts'

let waiting = $state.raw<{ readonly file: File; readonly for: 'data' | 'models' }>()

/** Model weights go to Models, everything else is a table of examples. */
export function takeDropped(file: File): void {
  const page = /\.(gguf|safetensors)$/i.test(file.name) ? 'models' : 'data'
  waiting = { file, for: page }
  go(page)
}

/** The file that waits for this page, once; read it in an effect. */
export function droppedFor(page: 'data' | 'models'): File | undefined {
  if (waiting?.for !== page) return undefined
  const { file } = waiting
  waiting = undefined
  return file
}
