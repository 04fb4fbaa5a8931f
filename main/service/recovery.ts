// A service over a database that may be damaged: it then answers what is wrong, and replaces the database without a restart.
import { join } from 'node:path'
import { StudioError, studioError } from '../contract/errors/index.ts'
import type { CallOptions, Input, Method, Outputs, Studio } from '../contract/service.ts'
import type { CallContext } from './context.ts'
import { setAside } from './home/aside.ts'
import { layReady } from './home/backup.ts'
import { conditionOf } from './home/condition.ts'
import type { Home } from './home/home.ts'
import { checked } from './inputs.ts'

export interface Service extends Studio {
  /** Stops what is under way, keeping its checkpoints, and closes the store. */
  close(): Promise<void>
}

export interface Recovering {
  readonly home: Home
  /** Opens the home's service; `replaced`: the database that was there before. Error: 'store/damaged-file'. */
  readonly open: (replaced: string | undefined) => Promise<Service>
}

type Own = 'studio.condition' | 'studio.recover' | 'studio.restore'
type Answers = {
  readonly [M in Own]: (input: Input<M>, call: CallContext) => Promise<Outputs[M]>
}

/** Errors: those of `open` but for 'store/damaged-file', with which calls answer then. */
export async function recoverable({ home, open }: Recovering): Promise<Service> {
  let damage: StudioError | undefined
  const noticed = (error: unknown): boolean => {
    const isDamage = error instanceof StudioError && error.code === 'store/damaged-file'
    if (isDamage) damage = error
    return isDamage
  }
  const openOrNotice = (replaced?: string): Promise<Service | undefined> =>
    open(replaced).catch((error: unknown) => {
      if (noticed(error)) return undefined
      throw error
    })
  let inner = await openOrNotice()

  const recover = async (path: string | undefined, call: CallContext): Promise<null> => {
    if (!damage) throw studioError('studio/not-damaged')
    if (path !== undefined) await layReady({ home }, call, path)
    await inner?.close()
    inner = undefined
    const replaced = setAside(home, 'damaged')
    damage = undefined
    inner = await openOrNotice(replaced)
    return null
  }
  const answers: Answers = {
    'studio.condition': () => conditionOf(home, damage),
    'studio.recover': ({ backup }, call) =>
      recover(backup === undefined ? undefined : join(home.folder, 'backups', backup), call),
    'studio.restore': async ({ path }, call) => {
      await recover(path, call)
      return { restart: true }
    },
  }
  const isOwn = (method: Method): method is Own => Object.hasOwn(answers, method)

  return {
    call: async <M extends Method>(method: M, input: Input<M>, options: CallOptions = {}): Promise<Outputs[M]> => {
      if (damage && isOwn(method)) {
        const { onEvent = () => undefined, signal = new AbortController().signal } = options
        const answer = answers[method] as (input: unknown, call: CallContext) => Promise<Outputs[M]>
        return answer(checked(method, input), { emit: onEvent, signal })
      }
      if (!inner) throw damage ?? studioError('run/service-closed')
      return inner.call(method, input, options).catch((error: unknown) => {
        noticed(error)
        throw error
      })
    },
    close: async () => inner?.close(),
  }
}
