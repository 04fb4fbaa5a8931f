// Keys that lead to a page from anywhere: Alt, Shift and the page's letter.
import { go } from '../router.svelte.ts'
import type { PageName } from '../page-names.ts'

/** The pages by physical key, so that keyboard layouts and composed characters do not matter. */
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

/** Call it once. Text fields are excluded, because on some systems these keys type characters. */
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
