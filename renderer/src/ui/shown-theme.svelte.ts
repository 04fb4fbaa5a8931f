// The theme that is on screen, for canvases, which CSS cannot style.
export const shown = $state<{ theme: 'light' | 'dark' }>({ theme: 'light' })
