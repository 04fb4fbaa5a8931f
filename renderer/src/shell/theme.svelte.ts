// The theme that the person chose, or the system's, on the document.
import { preferences } from '../client/preferences.svelte.ts'
import { shown } from '../ui/shown-theme.svelte.ts'

/** Call it once, while the window is made. */
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
