// Whether the service has said that its database is damaged: the window then shows nothing but the way out.
let seen = $state(false)

export const damage = {
  get seen(): boolean {
    return seen
  },
  /** Call it with every error of the service. */
  notice(error: unknown): void {
    if ((error as { readonly code?: unknown } | undefined)?.code === 'store/damaged-file') seen = true
  },
}
