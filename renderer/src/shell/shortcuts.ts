// Keys that lead to a page from anywhere: Alt, Shift and the page's letter.
import { go } from '../router.svelte.ts'
import type { PageName } from '../page-names.ts'

/** By the key's place, so that no keyboard layout or composed character stands in the way. */
const places: Readonly<Record<string, readonly [page: PageName, ...rest: string[]]>> = {
  KeyH: [''],
  KeyD: ['data'],
  KeyT: ['tune'],
  KeyC: ['compare'],
  KeyY: ['try'],
  KeyS: ['share'],
  KeyM: ['models'],
  KeyP: ['privacy'],
  KeyK: ['help', 'keys'],
}

/** Call it once; a person who types is left alone, because some systems write characters with these keys. */
export function listenForShortcuts(): void {
  addEventListener('keydown', (event) => {
    const place = places[event.code]
    if (!place || !event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey) return
    if ((event.target as HTMLElement).closest('input, textarea, select, [contenteditable]')) return
    event.preventDefault()
    const [page, ...rest] = place
    go(page, rest)
  })
}
