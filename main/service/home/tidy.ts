// Deletes from the database what is no longer visible: data sets that were removed, and edits that never finished.
import { setImmediate } from 'node:timers/promises'
import type { VersionRecord } from '../../contract/records.ts'
import type { Store, Tables } from '../../engine/store/store.ts'
import { serialQueue } from '../queue.ts'

/** Revisions at once: short enough that nobody waits for it. */
const CHUNK = 300
/** Milliseconds until a deletion that has failed is tried again. */
const AGAIN_MS = 30_000

type Operation = Pick<VersionRecord, 'dataset' | 'number'>

export interface Tidy {
  /** Takes back everything that a crash or a full disk cut off: before that, no version may follow. */
  ready(): Promise<void>
  /** Takes back an operation, of which a part may be there; where that fails, the next `ready` tries again. */
  drop(version: Operation): Promise<void>
  /** Hides a data set at once and deletes it in pieces afterwards. */
  forget(dataset: number): Promise<void>
  /** Deletes in pieces what an import that has failed has written; nobody saw it yet. */
  abandon(dataset: number): void
  /** Resolves when all that was removed so far is deleted. */
  done(): Promise<void>
  /** Ends after the piece under way; the rest is done after the next start. */
  close(): Promise<void>
}

/** Begins with what is left from the last time. Call it before anything is imported or changed; `failed` gets the error of a piece that could not be done. */
export async function createTidy(store: Store, failed: (error: unknown) => void): Promise<Tidy> {
  const enqueue = serialQueue()
  const again = new Set<NodeJS.Timeout>()
  let closing = false

  /** Works in pieces until none is left; false where the studio closes first. */
  const inPieces = async (piece: (rows: Tables['rows']) => Promise<number>): Promise<boolean> => {
    while (!closing) {
      if ((await store.piece(({ rows }) => piece(rows), { frees: true })) < CHUNK) return true
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
  const cutOff = new Set<Operation>(open)
  const ready = (): Promise<void> =>
    enqueue(async () => {
      for (const version of cutOff) {
        await drop(version)
        cutOff.delete(version)
      }
    })
  ready().catch(failed)
  const byAndBy = (dataset: number): void => {
    enqueue(() => forget(dataset)).catch((error: unknown) => {
      failed(error)
      // A disk that is full now may have room later.
      if (!closing) again.add(setTimeout(byAndBy, AGAIN_MS, dataset).unref())
    })
  }
  hidden.forEach(byAndBy)
  return {
    ready,
    drop: (version) => {
      cutOff.add(version)
      return ready()
    },
    forget: async (dataset) => {
      await store.datasets.hide(dataset)
      byAndBy(dataset)
    },
    abandon: byAndBy,
    done: () => enqueue(() => Promise.resolve()),
    close: async () => {
      closing = true
      again.forEach(clearTimeout)
      await enqueue(() => Promise.resolve())
    },
  }
}
