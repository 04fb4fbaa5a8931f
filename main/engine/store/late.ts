// States that the database could not take yet, for want of disk space: they hold already, and are written once they can be.

/** What of a run or sweep a state consists of, as its table has it. */
export interface LateState {
  readonly state: string
  readonly error: string | null
  readonly ended_at: string | null
}

type Table = 'runs' | 'sweeps'

export interface LateStates {
  of(table: Table, id: number): LateState | undefined
  set(table: Table, id: number, state: LateState): void
  /** Tries to write it at once; resolves also where that fails. */
  writeNow(table: Table, id: number): Promise<void>
  /** It is written, or no longer true. */
  drop(table: Table, id: number): void
  close(): void
}

/** Milliseconds between two tries. */
const AGAIN_MS = 5000

/** `write` rejects for as long as the database takes nothing, of which `failed` hears the first time. */
export function createLateStates(
  write: (table: Table, id: number, state: LateState) => Promise<void>,
  failed: (error: unknown) => void,
  againMs = AGAIN_MS,
): LateStates {
  const waiting = new Map<string, readonly [table: Table, id: number, state: LateState]>()
  let timer: NodeJS.Timeout | undefined

  const keyOf = (table: Table, id: number): string => `${table} ${String(id)}`
  /** Writes the entry of a key, if it still waits; otherwise rejects, and tries again later. */
  const attempt = async (key: string): Promise<void> => {
    const entry = waiting.get(key)
    if (entry === undefined) return
    try {
      await write(...entry)
      if (waiting.get(key) === entry) waiting.delete(key)
    } catch (error) {
      clearTimeout(timer)
      timer = setTimeout(tryAll, againMs).unref()
      throw error
    }
  }
  const tryAll = (): void => {
    // That the disk is still full was reported at the first try.
    for (const key of [...waiting.keys()]) attempt(key).catch(() => undefined)
  }

  return {
    of: (table, id) => waiting.get(keyOf(table, id))?.[2],
    set: (table, id, state) => void waiting.set(keyOf(table, id), [table, id, state]),
    writeNow: (table, id) => attempt(keyOf(table, id)).catch(failed),
    drop: (table, id) => void waiting.delete(keyOf(table, id)),
    close: () => {
      clearTimeout(timer)
    },
  }
}
