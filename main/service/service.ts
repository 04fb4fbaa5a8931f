// The service: opens the home folder's store, answers the contract on the engine, supervises compute.
import type { CallOptions, Method, Outputs, Studio } from '../contract/service.ts'
import type { CallContext, Methods } from './context.ts'
import { checked } from './inputs.ts'
import { adviseMethods } from './methods/advise.ts'
import { calibrationMethods } from './methods/calibrations.ts'
import { committeeMethods } from './methods/committees.ts'
import { compareMethods } from './methods/compare.ts'
import { comparisonMethods } from './methods/comparisons.ts'
import { curateMethods } from './methods/curate.ts'
import { dataMethods } from './methods/data.ts'
import { inspectMethods } from './methods/inspect.ts'
import { labellingMethods } from './methods/labellings.ts'
import { localApiMethods } from './methods/local-api.ts'
import { modelMethods } from './methods/models.ts'
import { previewMethods } from './methods/preview.ts'
import { promptFileMethods } from './methods/prompt-files.ts'
import { promptMethods } from './methods/prompts.ts'
import { runMethods } from './methods/runs.ts'
import { servingMethods } from './methods/serving.ts'
import { shelfMethods } from './methods/shelf.ts'
import { sweepMethods } from './methods/sweeps.ts'
import { studioMethods } from './methods/studio.ts'
import { trashMethods } from './methods/trash.ts'
import { type ContextOptions, openContext } from './open-context.ts'
import { recoverable, type Service } from './recovery.ts'

const methods: Methods = {
  ...modelMethods,
  ...dataMethods,
  ...curateMethods,
  ...previewMethods,
  ...runMethods,
  ...sweepMethods,
  ...comparisonMethods,
  ...compareMethods,
  ...adviseMethods,
  ...inspectMethods,
  ...promptMethods,
  ...committeeMethods,
  ...calibrationMethods,
  ...labellingMethods,
  ...servingMethods,
  ...shelfMethods,
  ...localApiMethods,
  ...promptFileMethods,
  ...trashMethods,
  ...studioMethods,
}

export type { Service }

export interface ServiceOptions extends ContextOptions {
  /** Whether sweeps that a service which has died left under way go on by themselves: in a host that stays. */
  readonly goOn?: boolean
}

/** Milliseconds that calls get at the end, which are told that nobody waits for them any more. */
const CALLS_MS = 10_000

/** Resolves when all have ended, or the time is up: one that heeds no signal does not hold the service. */
async function settled(calls: Iterable<Promise<unknown>>, within: number): Promise<void> {
  const up = Promise.withResolvers<undefined>()
  const timer = setTimeout(up.resolve, within)
  await Promise.race([Promise.allSettled(calls), up.promise])
  clearTimeout(timer)
}

/**
 * Call it only while holding the home folder's lock. Over a damaged database it answers its condition and how to
 * recover. Errors: those of `openStore` but for 'store/damaged-file'.
 */
export const createService = (options: ServiceOptions): Promise<Service> =>
  recoverable({ home: options.home, open: (replaced) => openService({ ...options, replaced }) })

async function openService({ goOn = false, ...options }: ServiceOptions): Promise<Service> {
  /** For the local API, which calls it once it is there. */
  const studio: Studio = { call: (method, input, own) => service.call(method, input, own) }
  const { context, close } = await openContext({ ...options, studio })
  const { runner, sweeper, labeller, api, failed } = context
  if (goOn)
    await sweeper.goOn().catch(async (error: unknown) => {
      await close()
      throw error
    })
  const closing = new AbortController()
  const calls = new Set<Promise<unknown>>()

  const answer = async <M extends Method>(method: M, input: unknown, options: CallOptions): Promise<Outputs[M]> => {
    const signals = options.signal ? [options.signal, closing.signal] : [closing.signal]
    const call: CallContext = { emit: options.onEvent ?? (() => undefined), signal: AbortSignal.any(signals) }
    return methods[method](context, checked(method, input), call)
  }

  const service: Service = {
    call: (method, input, options = {}) => {
      const result = answer(method, input, options)
      calls.add(result)
      result.catch((error: unknown) => {
        failed(method, error)
      })
      return result.finally(() => calls.delete(result))
    },
    close: async () => {
      // Programs get the answers that are under way.
      await api.close()
      closing.abort()
      await labeller.close()
      await sweeper.close()
      await runner.close()
      await settled(calls, CALLS_MS)
      await close()
    },
  }
  if (goOn) await api.goOn()
  return service
}
