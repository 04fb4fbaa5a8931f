// Applies the theme that the user chose, or the system's, to the document.
import { preferences } from '../client/preferences.svelte.ts'
import { shown } from '../ui/shown-theme.svelte.ts'

/** Call it once, while the window is initialised. */
export function followTheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  let system = $state(dark.matches)
  dark.addEventListener('change', ({ matches }) => (system = matches))
  $effect(() => {
    const { theme } = preferences.value
    const seen = theme === 'dark' || (theme === 'system' && system) ? 'dark' : 'light'
    document.documentElement.dataset['theme'] = seen
    shown.theme = seen
  })
}
