// The table of pages: a new one is a new folder and a line here.
import type { Component } from 'svelte'
import type { PageName } from '../page-names.ts'

/** A page reads what follows its name in the address from the router: `router.route.rest` and `.query`. */
type Loader = () => Promise<{ readonly default: Component }>

/** Loaded when first shown, so that the window opens at once. */
export const pages: Readonly<Record<PageName, Loader>> = {
  '': () => import('./home/Home.svelte'),
  data: () => import('./data/Data.svelte'),
  tune: () => import('./tune/Tune.svelte'),
  compare: () => import('./compare/Compare.svelte'),
  try: () => import('./try/Try.svelte'),
  label: () => import('./label/Label.svelte'),
  share: () => import('./share/Share.svelte'),
  shelf: () => import('./shelf/Shelf.svelte'),
  serve: () => import('./serve/Serve.svelte'),
  models: () => import('./models/Models.svelte'),
  privacy: () => import('./privacy/Privacy.svelte'),
  settings: () => import('./settings/Settings.svelte'),
  help: () => import('./help/Help.svelte'),
}
