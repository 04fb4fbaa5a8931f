// Short messages about what has just happened, which disappear after a while.
export interface Toast {
  readonly id: number
  readonly text: string
  readonly tone: 'plain' | 'danger'
  readonly action?: { readonly text: string; readonly run: () => void }
}

/** How long a toast stays: enough to read a sentence and reach its button. */
const LASTS_MS = 8000

let shown = $state.raw<readonly Toast[]>([])
let last = 0

function add(toast: Omit<Toast, 'id'>): void {
  const id = ++last
  shown = [...shown.slice(-2), { ...toast, id }]
  setTimeout(() => {
    toasts.close(id)
  }, LASTS_MS)
}

export const toasts = {
  get shown(): readonly Toast[] {
    return shown
  },
  say(text: string, action?: Toast['action']): void {
    add({ text, tone: 'plain', ...(action ? { action } : {}) })
  },
  /** Shows the error of an action that has no place of its own on the page. */
  fail(error: unknown): void {
    add({ text: error instanceof Error ? error.message : String(error), tone: 'danger' })
  },
  close(id: number): void {
    shown = shown.filter((toast) => toast.id !== id)
  },
}
