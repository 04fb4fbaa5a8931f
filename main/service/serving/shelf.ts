// The shelf as requests find it: which prompt answers under a name, how often it does, and what a second version would say.
import { studioError } from '../../contract/errors/index.ts'
import type { Comparison, Input } from '../../contract/service.ts'
import type { Store, Tables } from '../../engine/store/store.ts'
import type { ShelfRecord, ShelvedVersion } from '../../engine/store/tables/shelf.ts'
import type { Changes } from '../changes.ts'
import { createComparisons, type Pair } from './comparisons.ts'
import { createTally } from './tally.ts'

/** What answers under a name now. */
export interface Shelved {
  readonly id: number
  readonly version: number
  /** The name of its prompt. */
  readonly prompt: string
  /** What is compared with it. */
  readonly candidate?: { readonly version: number; readonly prompt: string }
}

/** An answer that was given: a label, or what was written. */
export interface Given {
  readonly text: string
  /** Absent where it was written. */
  readonly label?: string
  readonly answer: string
}

export interface Shelf {
  /** Errors: 'shelf/missing', 'shelf/in-trash'. */
  find(name: string): Promise<Shelved>
  /** Call it after every change to the shelf: the next request is answered by what stands there then. */
  changed(): void
  /** Counts an answer. Where a second version is compared, `ask` gives the answer of its prompt to the same text. */
  answered(shelved: Shelved, given: Given, ask: (prompt: string, signal: AbortSignal) => Promise<string>): void
  comparison(item: ShelfRecord): Comparison | undefined
  /** Resolves when all answers so far are counted in the database. */
  counted(): Promise<void>
  close(): Promise<void>
}

export interface ShelfOptions extends Changes {
  readonly store: Store
  readonly failed: (error: unknown) => void
}

/** Gives the name of a version's prompt; undefined where that lies in the trash. */
export async function promptNames(store: Tables): Promise<(version: ShelvedVersion) => string | undefined> {
  const [runs, opened] = await Promise.all([store.runs.list(), store.openedPrompts.list()])
  const byRun = new Map(runs.map(({ id, name }) => [id, name]))
  const byOpened = new Map(opened.map(({ id, name }) => [id, name]))
  return (version) => byRun.get(version.run ?? 0) ?? byOpened.get(version.opened ?? 0)
}

/** Error: 'shelf/missing'. */
export async function findItem(store: Tables, name: string): Promise<ShelfRecord> {
  const item = await store.shelf.byName(name)
  if (!item) throw studioError('shelf/missing', name)
  return item
}

/** Refuses to put away or delete what answers programs now. Error: 'shelf/answers'. */
export async function refuseAnswering(
  store: Tables,
  { names = [], datasets = [] }: Pick<Input<'trash.put'>, 'names' | 'datasets'>,
): Promise<void> {
  for (const { name: item, version, versions } of await store.shelf.list()) {
    const answers = versions.find(({ number }) => number === version)
    const run = await store.runs.byId(answers?.run ?? 0)
    const opened = (await store.openedPrompts.all()).find(({ id }) => id === answers?.opened)
    const name = run?.name ?? opened?.name
    const isMeant = names.some((each) => each === name || (run && each === String(run.id)))
    if (name !== undefined && (isMeant || (run && datasets.includes(run.dataset))))
      throw studioError('shelf/answers', name, item)
  }
}

export function createShelf({ store, watch, changed, failed }: ShelfOptions): Shelf {
  const closing = new AbortController()
  const { signal } = closing
  const written = (): void => {
    changed('served')
  }
  const tally = createTally(store, { written, failed })
  const comparisons = createComparisons(written)
  let known: Promise<ReadonlyMap<string, Shelved | number>> | undefined
  void watch((subject) => {
    if (subject === 'runs' || subject === 'data') known = undefined
  }, signal)

  /** By name: what answers, or the number of the version that lies in the trash. */
  const read = async (): Promise<ReadonlyMap<string, Shelved | number>> => {
    const [items, nameOf] = await Promise.all([store.shelf.list(), promptNames(store)])
    return new Map(items.map((item) => [item.name, shelvedOf(item, nameOf)]))
  }
  const all = (): Promise<ReadonlyMap<string, Shelved | number>> => {
    const reading = known ?? read()
    known = reading
    // What cannot be read now may be read the next time.
    reading.catch(() => {
      if (known === reading) known = undefined
    })
    return reading
  }

  return {
    changed: () => {
      known = undefined
      changed('shelf')
    },
    async find(name) {
      const found = (await all()).get(name)
      if (found === undefined) throw studioError('shelf/missing', name)
      if (typeof found === 'number') throw studioError('shelf/in-trash', name, found)
      return found
    },
    answered({ id, version, candidate }, { text, label = '', answer }, ask) {
      tally.add(id, version, label)
      if (candidate)
        comparisons.compare({ id, version, candidate: candidate.version }, { text, answer }, () =>
          ask(candidate.prompt, signal),
        )
    },
    comparison: ({ id, name: item, version, candidate }) => {
      const pair: Pair | undefined = candidate === undefined ? undefined : { id, version, candidate }
      return pair && { item, ...comparisons.of(pair) }
    },
    counted: tally.flush,
    close: () => {
      closing.abort()
      return tally.flush()
    },
  }
}

function shelvedOf(
  { id, version, candidate: compared, versions }: ShelfRecord,
  nameOf: (version: ShelvedVersion) => string | undefined,
): Shelved | number {
  const promptOf = (wanted: number | undefined): string | undefined => {
    const found = versions.find(({ number }) => number === wanted)
    return found && nameOf(found)
  }
  const prompt = promptOf(version)
  if (prompt === undefined) return version
  const second = promptOf(compared)
  const candidate =
    compared === undefined || second === undefined ? {} : { candidate: { version: compared, prompt: second } }
  return { id, version, prompt, ...candidate }
}
