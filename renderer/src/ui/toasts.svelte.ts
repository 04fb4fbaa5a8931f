// Short messages about what has just happened, which disappear after a while.
export interface Toast {
  readonly id: number
  readonly text: string
  readonly tone: 'plain' | 'danger'
  readonly action?: { readonly text: string; readonly run: () => void }
  /** Messages of one topic replace each other. */
  readonly topic: string
  /** How many of its topic have come while one of them was shown. */
  readonly count: number
}

/** How long a toast stays: enough to read a sentence and reach its button. */
const LASTS_MS = 8000

let shown = $state.raw<readonly Toast[]>([])
let last = 0

function add(toast: Omit<Toast, 'id' | 'count'>): void {
  const id = ++last
  const before = shown.find(({ topic }) => topic === toast.topic)
  shown = [...shown.filter((each) => each !== before).slice(-2), { ...toast, id, count: (before?.count ?? 0) + 1 }]
  setTimeout(() => {
    toasts.close(id)
  }, LASTS_MS)
}

export const toasts = {
  get shown(): readonly Toast[] {
    return shown
  },
  /** `topic`: what it is about, where later messages make earlier ones superfluous. */
  say(text: string, action?: Toast['action'], topic = text): void {
    add({ text, tone: 'plain', topic, ...(action ? { action } : {}) })
  },
  /** Shows the error of an action that has no place of its own on the page. */
  fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error)
    add({ text, tone: 'danger', topic: text })
  },
  close(id: number): void {
    shown = shown.filter((toast) => toast.id !== id)
  },
}
