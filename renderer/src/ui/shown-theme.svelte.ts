// The theme that is on screen, for what is painted rather than styled.
export const shown = $state<{ theme: 'light' | 'dark' }>({ theme: 'light' })
