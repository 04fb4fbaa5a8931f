// Deletes from the database what is no longer visible: data sets that were removed, and edits that never finished.
import { setImmediate } from 'node:timers/promises'
import type { VersionRecord } from '../../contract/records.ts'
import type { Store, Tables } from '../../engine/store/store.ts'
import { serialQueue } from '../queue.ts'

/** Revisions at once: short enough that nobody waits for it. */
const CHUNK = 300

type Operation = Pick<VersionRecord, 'dataset' | 'number'>

export interface Tidy {
  /** Resolves once everything that a crash cut off is taken back: before that, no version may follow. */
  readonly ready: Promise<void>
  /** Takes back an operation, of which a part may be there. */
  drop(version: Operation): Promise<void>
  /** Hides a data set at once and deletes it in pieces afterwards. */
  forget(dataset: number): Promise<void>
  /** Ends after the piece under way; the rest is done after the next start. */
  close(): Promise<void>
}

/** Begins with what is left from the last time. Call it before anything is imported or changed; `failed` gets the error of a piece that could not be done. */
export async function createTidy(store: Store, failed: (error: unknown) => void): Promise<Tidy> {
  const enqueue = serialQueue()
  let closing = false

  /** Works in pieces until none is left; false where the studio closes first. */
  const inPieces = async (piece: (rows: Tables['rows']) => Promise<number>): Promise<boolean> => {
    while (!closing) {
      if ((await store.piece(({ rows }) => piece(rows))) < CHUNK) return true
      await setImmediate()
    }
    return false
  }
  const drop = async ({ dataset, number }: Operation): Promise<void> => {
    const whole =
      (await inPieces((rows) => rows.forgetBorn(dataset, number, CHUNK))) &&
      (await inPieces((rows) => rows.revive(dataset, number, CHUNK)))
    if (whole) await store.datasets.dropVersion(dataset, number)
  }
  const forget = async (dataset: number): Promise<void> => {
    if (await inPieces((rows) => rows.forgetAll(dataset, CHUNK)))
      await store.transaction((tables) => tables.datasets.remove(dataset))
  }

  const { hidden, open } = await store.datasets.unfinished()
  const ready = enqueue(async () => {
    for (const version of open) await drop(version)
  })
  ready.catch(failed)
  const byAndBy = (dataset: number): void => {
    enqueue(() => forget(dataset)).catch(failed)
  }
  hidden.forEach(byAndBy)
  return {
    ready,
    drop: (version) => enqueue(() => drop(version)),
    forget: async (dataset) => {
      await store.datasets.hide(dataset)
      byAndBy(dataset)
    },
    close: async () => {
      closing = true
      await enqueue(() => Promise.resolve())
    },
  }
}
