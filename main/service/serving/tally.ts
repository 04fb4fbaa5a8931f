// Counts what the shelf's prompts answer, by label and day: in memory first, in the database soon after.
import type { Store } from '../../engine/store/store.ts'
import type { GivenLabel } from '../../engine/store/tables/shelf.ts'

export interface Tally {
  /** `label`: '' for what was written. */
  add(item: number, version: number, label: string): void
  /** Resolves when all that was counted is in the database. */
  flush(): Promise<void>
}

/** Milliseconds that counts wait for others, which a crash may cost. */
const WAIT_MS = 1000

/** The day of this computer's clock: "2026-11-30". */
export function dayOf(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${String(at.getFullYear())}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

/** `failed` gets the error of counts that could not be written: they wait for the next ones. */
export function createTally(
  store: Store,
  { written, failed }: { readonly written: () => void; readonly failed: (error: unknown) => void },
): Tally {
  /** By day, then by item, version and label. */
  const waiting = new Map<string, Map<string, GivenLabel>>()
  let timer: NodeJS.Timeout | undefined
  let writing = Promise.resolve()

  const add = (day: string, given: GivenLabel): void => {
    const own = waiting.get(day) ?? new Map<string, GivenLabel>()
    waiting.set(day, own)
    const key = JSON.stringify([given.item, given.version, given.label])
    own.set(key, { ...given, answers: given.answers + (own.get(key)?.answers ?? 0) })
  }
  const write = async (): Promise<void> => {
    const counts = [...waiting].map(([day, own]) => [day, [...own.values()]] as const)
    waiting.clear()
    if (counts.length === 0) return
    try {
      await store.transaction(async ({ shelf }) => {
        for (const [day, given] of counts) await shelf.count(day, given)
      })
      written()
    } catch (error) {
      for (const [day, given] of counts) for (const one of given) add(day, one)
      failed(error)
    }
  }
  const flush = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(write)
    return writing
  }
  return {
    add: (item, version, label) => {
      add(dayOf(new Date()), { item, version, label, answers: 1 })
      timer ??= setTimeout(() => void flush(), WAIT_MS).unref()
    },
    flush,
  }
}
