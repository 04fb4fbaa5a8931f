// Opens the home folder's store, and makes what every method of the service works with.
import { rm } from 'node:fs/promises'
import type { Studio } from '../contract/service.ts'
import { openStore, type Store } from '../engine/store/store.ts'
import { type Changes, createChanges } from './changes.ts'
import type { SpawnCompute } from './compute/child.ts'
import { createWarm } from './compute/warm.ts'
import { type Bounds, usualBounds } from './compute/watchdog.ts'
import type { ServiceContext } from './context.ts'
import { createViews } from './data/views.ts'
import { applyRestore, keepNetworkRecord } from './home/backup.ts'
import { removeReplaced } from './home/aside.ts'
import type { Home } from './home/home.ts'
import { createTidy } from './home/tidy.ts'
import { createLabeller } from './labellings/labeller.ts'
import { createInspections } from './prompts/inspections.ts'
import { serialQueue } from './queue.ts'
import { removeLeftStates } from './runs/files.ts'
import { markOrphans } from './runs/orphans.ts'
import { createRunner } from './runs/runner.ts'
import { createLocalApi, type OpenApi } from './serving/local-api.ts'
import { createServing } from './serving/serving.ts'
import { createShelf } from './serving/shelf.ts'
import { createFailures, type Failures } from './studio/failures.ts'
import { createSweeper } from './sweeps/sweeper.ts'
import { createWorkers } from './workers/pool.ts'

export interface ContextOptions {
  readonly home: Home
  readonly spawn: SpawnCompute
  readonly threads: number
  /** The database that was moved aside because it is damaged. */
  readonly replaced?: string | undefined
  /** Restarts of a crashed compute process before its run is left as interrupted. */
  readonly retries?: number
  /** How long compute processes may be silent. */
  readonly bounds?: Bounds
  /** Opens the local API; absent in hosts without a switch for it. */
  readonly openApi?: OpenApi | undefined
}

/** What is opened, and the studio that it becomes, for the local API. */
type Opening = ContextOptions & { readonly studio: Studio }

export interface OpenContext {
  readonly context: ServiceContext
  /** Call it when no call, run or sweep is under way any more. */
  close(): Promise<void>
}

const RETRIES = 2
/** Milliseconds that the playground's compute process outlives its last answer. */
const WARM_MS = 180_000

/** Errors: those of `openStore`. */
export async function openContext(options: Opening): Promise<OpenContext> {
  const { home } = options
  const failures = createFailures()
  const restored = applyRestore(home)
  const previous = options.replaced ?? restored
  const store = await openStore(home.database, {
    failed: (error) => {
      failures.failedUnattended('database', error)
    },
  })
  try {
    return await contextOf(options, store, failures, previous)
  } catch (error) {
    await store.close()
    throw error
  }
}

async function contextOf(
  { home, spawn, threads, studio, openApi, retries = RETRIES, bounds = usualBounds }: Opening,
  store: Store,
  failures: Failures,
  previous: string | undefined,
): Promise<OpenContext> {
  if (previous !== undefined) await keepNetworkRecord(store, previous)
  removeReplaced(home)
  await markOrphans(store)
  await removeLeftStates(store, home)
  await store.labellings.stopOrphans()
  const workers = createWorkers(home.database)
  const { watch, changed } = createChanges()
  const changes: Changes = {
    watch,
    changed(subject) {
      workers.forget()
      changed(subject)
    },
  }
  const tidy = await createTidy(store, (error) => {
    failures.failedUnattended('tidy', error)
  })
  const runner = createRunner({ store, spawn, threads, bounds, home, retries, ...changes, ...failures })
  const sweeper = createSweeper({ store, runner, ...changes, ...failures })
  await rm(home.uploads, { recursive: true, force: true, maxRetries: 3 })
  const warm = createWarm(spawn, WARM_MS)
  const views = createViews()
  const inspections = createInspections()
  const labeller = createLabeller({ store, ...changes, ...failures })
  const serving = createServing({ store, spawn, threads, bounds, ...changes })
  // What was answered changes nothing that the workers remember.
  const shelf = createShelf({
    ...{ store, watch, changed },
    failed: (error) => {
      failures.failedUnattended('shelf', error)
    },
  })
  const api = createLocalApi({ store, home, studio, openApi, changed })
  const made = {
    runner,
    sweeper,
    labeller,
    serving,
    shelf,
    api,
    views,
    inspections,
    tidy,
    workers,
    serve: serialQueue(),
    ...changes,
    ...failures,
  }
  return {
    context: { home, store, spawn, warm: warm.spawn, threads, bounds, ...made },
    close: async () => {
      warm.close()
      serving.close()
      await shelf.close()
      workers.close()
      await tidy.close()
      await store.close()
    },
  }
}
