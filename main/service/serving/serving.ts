// Serves models: each stays open in a process of its own for as long as it is asked, the one unused for longest makes room.
import { setTimeout as delay } from 'node:timers/promises'
import { studioError } from '../../contract/errors/index.ts'
import type { PrecisionName } from '../../contract/model.ts'
import { totalMemory } from '../../engine/runtime/machine-memory.ts'
import type { Store } from '../../engine/store/store.ts'
import type { Changes } from '../changes.ts'
import type { SpawnCompute } from '../compute/child.ts'
import type { Bounds } from '../compute/watchdog.ts'
import { sealedModel } from '../runs/material.ts'
import { openServedModel, type ServedModel } from './served-model.ts'
import { type ServedPrompts, servedPrompts } from './served-prompts.ts'

/** A model as it is asked: by the number of its record, in one precision; undefined = the one that it was added in. */
export interface WhichModel {
  readonly model: number
  readonly precision: PrecisionName | undefined
}

export interface Serving {
  readonly prompts: ServedPrompts
  /** The precision in which the model is open, where it is; its own one otherwise. */
  precisionOf(model: number): PrecisionName | undefined
  /**
   * Lends the model to a piece of work; it is opened where it is not yet, as soon as there is room. Errors: 'store/missing',
   * 'serving/closed', 'serving/busy'.
   */
  use<T>(which: WhichModel, work: (served: ServedModel) => Promise<T>): Promise<T>
  close(): void
}

export interface ServingOptions extends Pick<Changes, 'watch'> {
  readonly store: Store
  readonly spawn: SpawnCompute
  readonly threads: number
  readonly bounds: Bounds
  /** Milliseconds after its last answer at which a model is closed. */
  readonly idle?: number
  /** Milliseconds that a piece of work waits until another model makes room for its own. */
  readonly patience?: number
}

/** Models that are open at most. */
const MODELS = 2
const IDLE_MS = 10 * 60_000
const PATIENCE_MS = 30_000
/** Share of all memory that the keys and values of texts take at most, and bytes above which more gain little. */
const SHARE = 1 / 16
const MOST_BYTES = 512 * 2 ** 20

interface Open extends WhichModel {
  readonly opening: Promise<ServedModel>
  /** Pieces of work that have it now. */
  users: number
  bedtime?: NodeJS.Timeout
}

export function createServing(options: ServingOptions): Serving {
  const { store, spawn, threads, bounds, watch, idle = IDLE_MS, patience = PATIENCE_MS } = options
  /** The one used last comes last. */
  const open = new Map<string, Open>()
  const closing = new AbortController()
  /** Resolves when a model has fallen idle or ended. */
  let room = Promise.withResolvers<undefined>()
  const wake = (): void => {
    room.resolve(undefined)
    room = Promise.withResolvers()
  }
  const bytes = Math.min(MOST_BYTES, Math.floor(SHARE * totalMemory()))

  const start = async ({ model, precision }: WhichModel, onEnd: () => void): Promise<ServedModel> => {
    const settings = precision === undefined ? {} : { precision }
    const job = { kind: 'serve' as const, model: await sealedModel(store, model), settings, threads, bytes }
    if (closing.signal.aborted) throw studioError('serving/closed')
    return openServedModel({ spawn, bounds, job, onEnd })
  }
  const begin = (key: string, which: WhichModel): Open => {
    const forget = (): void => {
      if (open.get(key) === one) open.delete(key)
      wake()
    }
    const one: Open = { ...which, opening: start(which, forget), users: 0 }
    one.opening.catch(forget)
    return one
  }
  const end = (key: string, one: Open): void => {
    clearTimeout(one.bedtime)
    if (open.get(key) === one) open.delete(key)
    one.opening.then(
      (served) => {
        served.close()
      },
      () => undefined,
    )
  }
  /** Whether one more may be open: the idle one that is unused for longest is closed for it. */
  const hasRoom = (): boolean => {
    if (open.size < MODELS) return true
    const idleOne = [...open].find(([, { users }]) => users === 0)
    if (idleOne) end(...idleOne)
    return idleOne !== undefined
  }
  const lend = async (key: string, which: WhichModel): Promise<Open> => {
    let late: Promise<'late'> | undefined
    for (;;) {
      if (closing.signal.aborted) throw studioError('serving/closed')
      const one = open.get(key) ?? (hasRoom() ? begin(key, which) : undefined)
      if (one) {
        open.delete(key)
        open.set(key, one)
        one.users++
        clearTimeout(one.bedtime)
        return one
      }
      late ??= delay(patience, 'late' as const, { ref: false })
      if ((await Promise.race([room.promise, late])) === 'late') throw studioError('serving/busy')
    }
  }

  return {
    prompts: servedPrompts(store, { watch }, closing.signal),
    precisionOf: (model) => [...open.values()].findLast((one) => one.model === model)?.precision,
    async use(which, work) {
      const key = JSON.stringify([which.model, which.precision])
      const one = await lend(key, which)
      try {
        return await work(await one.opening)
      } finally {
        one.users--
        if (one.users === 0) {
          one.bedtime = setTimeout(end, idle, key, one).unref()
          wake()
        }
      }
    },
    close: () => {
      closing.abort()
      for (const each of open) end(...each)
      wake()
    },
  }
}
