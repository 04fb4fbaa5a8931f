// The theme that the person chose, or the system's, on the document.
import { preferences } from '../client/preferences.svelte.ts'

/** Call it once, while the window is made. */
export function followTheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  let system = $state(dark.matches)
  dark.addEventListener('change', ({ matches }) => (system = matches))
  $effect(() => {
    const { theme } = preferences.value
    document.documentElement.dataset['theme'] = theme === 'dark' || (theme === 'system' && system) ? 'dark' : 'light'
  })
}
