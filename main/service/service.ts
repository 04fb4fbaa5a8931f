// The service: opens the home folder's store, answers the contract on the engine, supervises compute.
import * as v from 'valibot'
import { studioError } from '../contract/errors/index.ts'
import { type CallOptions, type Input, inputsFor, type Method, type Outputs, type Studio } from '../contract/service.ts'
import { declarations } from '../engine/method/index.ts'
import type { CallContext, Methods } from './context.ts'
import { adviseMethods } from './methods/advise.ts'
import { compareMethods } from './methods/compare.ts'
import { curateMethods } from './methods/curate.ts'
import { dataMethods } from './methods/data.ts'
import { fileMethods } from './methods/files.ts'
import { inspectMethods } from './methods/inspect.ts'
import { modelMethods } from './methods/models.ts'
import { previewMethods } from './methods/preview.ts'
import { promptFileMethods } from './methods/prompt-files.ts'
import { promptMethods } from './methods/prompts.ts'
import { runMethods } from './methods/runs.ts'
import { sweepMethods } from './methods/sweeps.ts'
import { studioMethods } from './methods/studio.ts'
import { type ContextOptions, openContext } from './open-context.ts'

const methods: Methods = {
  ...modelMethods,
  ...fileMethods,
  ...dataMethods,
  ...curateMethods,
  ...previewMethods,
  ...runMethods,
  ...sweepMethods,
  ...compareMethods,
  ...adviseMethods,
  ...inspectMethods,
  ...promptMethods,
  ...promptFileMethods,
  ...studioMethods,
}

const inputs = inputsFor(declarations())

export interface ServiceOptions extends ContextOptions {
  /** Whether sweeps that a service which has died left under way go on by themselves: in a host that stays. */
  readonly goOn?: boolean
}

export interface Service extends Studio {
  /** Stops what is under way, keeping its checkpoints, and closes the store. */
  close(): Promise<void>
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

/** Call it only while holding the home folder's lock. Errors: those of `openStore`. */
export async function createService({ goOn = false, ...options }: ServiceOptions): Promise<Service> {
  const { context, close } = await openContext(options)
  const { runner, sweeper, failed } = context
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

  return {
    call: (method, input, options = {}) => {
      const result = answer(method, input, options)
      calls.add(result)
      result.catch((error: unknown) => {
        failed(method, error)
      })
      return result.finally(() => calls.delete(result))
    },
    close: async () => {
      closing.abort()
      await sweeper.close()
      await runner.close()
      await settled(calls, CALLS_MS)
      await close()
    },
  }
}

/** The input as the contract wants it. Error: 'run/bad-input'. */
function checked<M extends Method>(method: M, input: unknown): Input<M> {
  if (!Object.hasOwn(inputs, method)) throw studioError('run/bad-input', 'Request', 'there is no such method')
  const result = v.safeParse<v.GenericSchema<unknown, Input<M>>>(inputs[method] as never, input)
  if (result.success) return result.output
  const [issue] = result.issues
  throw studioError('run/bad-input', v.getDotPath(issue) ?? method, issue.message)
}
