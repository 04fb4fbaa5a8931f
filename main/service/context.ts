// What every method of the service works with.
import type { Input, Method, Outputs, StudioEvent } from '../contract/service.ts'
import type { Store } from '../engine/store/store.ts'
import type { Changes } from './changes.ts'
import type { SpawnCompute } from './compute/child.ts'
import type { Bounds } from './compute/watchdog.ts'
import type { Failures } from './studio/failures.ts'
import type { Home } from './home/home.ts'
import type { Labeller } from './labellings/labeller.ts'
import type { Inspections } from './prompts/inspections.ts'
import type { Enqueue } from './queue.ts'
import type { Runner } from './runs/runner.ts'
import type { LocalApi } from './serving/local-api.ts'
import type { Serving } from './serving/serving.ts'
import type { Shelf } from './serving/shelf.ts'
import type { Sweeper } from './sweeps/sweeper.ts'
import type { Tidy } from './home/tidy.ts'
import type { Views } from './data/views.ts'
import type { Workers } from './workers/pool.ts'

export interface ServiceContext extends Changes, Failures {
  readonly home: Home
  readonly store: Store
  readonly spawn: SpawnCompute
  /** Spawns the process that stays warm between short jobs. Only within `serve`. */
  readonly warm: SpawnCompute
  readonly threads: number
  /** How long compute processes may be silent. */
  readonly bounds: Bounds
  readonly runner: Runner
  readonly sweeper: Sweeper
  readonly labeller: Labeller
  /** Answers programs, each model in a process of its own. */
  readonly serving: Serving
  /** Which prompts answer programs, under which names. */
  readonly shelf: Shelf
  /** The switch "Serve on this computer". */
  readonly api: LocalApi
  readonly views: Views
  readonly inspections: Inspections
  readonly tidy: Tidy
  /** Processes for what would hold up the service. */
  readonly workers: Workers
  /** Short work for people who wait (prepare, score, generate), one at a time, beside a tune and beside what hangs. */
  readonly serve: Enqueue
}

/** One call's own: where its events go, and when nobody wants its answer any more. */
export interface CallContext {
  readonly emit: (event: StudioEvent) => void
  readonly signal: AbortSignal
}

/** What each method does; a forgotten one does not compile. */
export type Methods = {
  readonly [M in Method]: (context: ServiceContext, input: Input<M>, call: CallContext) => Promise<Outputs[M]>
}
