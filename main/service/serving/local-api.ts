// The switch "Serve on this computer": opens the local API in this process, keeps it on over restarts, and tells what it is asked.
import { StudioError, studioError } from '../../contract/errors/index.ts'
import type { ApiSettings, ApiState, Input, Studio } from '../../contract/service.ts'
import type { RequestLine } from '../../contract/serving.ts'
import type { Store } from '../../engine/store/store.ts'
import { createBroadcast } from '../broadcast.ts'
import type { Changes } from '../changes.ts'
import type { Home } from '../home/home.ts'
import { serialQueue } from '../queue.ts'
import { keyFileIn, type Keys, openKeys } from './keys.ts'

/** A local API that answers. */
export interface OpenedApi {
  readonly url: string
  /** Takes no more requests, waits for the answers under way, then ends. */
  close(): Promise<void>
}

/** What a host opens it with: for this computer alone, with what stands on the shelf. Errors: 'serving/port-taken', those of the shelf. */
export type OpenApi = (
  wanted: Pick<ApiSettings, 'port' | 'needsKey'> & {
    readonly studio: Studio
    readonly keys: Keys
    readonly onRequest: (line: RequestLine) => void
  },
) => Promise<OpenedApi>

export interface LocalApi {
  readonly keys: Keys
  state(): Promise<ApiState>
  /** Errors: 'serving/no-switch', those of `OpenApi`, after which it is off. */
  switch(wanted: Input<'api.switch'>): Promise<void>
  /** Opens it where it was left on. What is in the way then is told by `state`. */
  goOn(): Promise<void>
  /** Gives the latest requests, then each that is answered, until the signal aborts. */
  watch(follower: (line: RequestLine) => void, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export interface LocalApiOptions extends Pick<Changes, 'changed'> {
  readonly store: Store
  readonly home: Home
  readonly studio: Studio
  readonly openApi: OpenApi | undefined
}

/** Requests that are remembered, in memory alone. */
const KEPT = 200

export function createLocalApi({ store, home, studio, openApi, changed }: LocalApiOptions): LocalApi {
  const keys = openKeys(keyFileIn(home.folder))
  const enqueue = serialQueue()
  const latest: RequestLine[] = []
  const requests = createBroadcast<RequestLine>()
  let opened: OpenedApi | undefined
  let problem: StudioError | undefined

  const onRequest = (line: RequestLine): void => {
    latest.push(line)
    if (latest.length > KEPT) latest.shift()
    requests.send(line)
  }
  const open = async ({ port, needsKey }: ApiSettings): Promise<void> => {
    if (!openApi) throw studioError('serving/no-switch')
    opened = await openApi({ port, needsKey, studio, keys, onRequest })
  }
  const shut = async (): Promise<void> => {
    const before = opened
    opened = undefined
    problem = undefined
    await before?.close()
  }
  const change = async ({ on, port, needsKey }: Input<'api.switch'>): Promise<void> => {
    const before = await store.preferences.api()
    const settings = { on, port: port ?? before.port, needsKey: needsKey ?? before.needsKey }
    const isSame = settings.port === before.port && settings.needsKey === before.needsKey
    try {
      if (!on || !isSame || !opened) {
        await shut()
        if (on) await open(settings)
      }
      await store.preferences.setApi(settings)
    } catch (error) {
      await store.preferences.setApi({ ...settings, on: false })
      throw error
    } finally {
      changed('api')
    }
  }

  return {
    keys,
    state: async () => ({
      ...(await store.preferences.api()),
      url: opened?.url ?? null,
      problem: problem?.message ?? null,
      keys: keys.list().map(({ name, limit, createdAt }) => ({ name, limit, createdAt })),
    }),
    switch: (wanted) => enqueue(() => change(wanted)),
    goOn: () =>
      enqueue(async () => {
        const settings = await store.preferences.api()
        if (!openApi || !settings.on) return
        try {
          await open(settings)
        } catch (error) {
          problem = error instanceof StudioError ? error : studioError('run/failed', String(error))
        }
        changed('api')
      }),
    watch: async (follower, signal) => {
      latest.forEach(follower)
      if (!signal.aborted) await requests.follow(follower, signal)
    },
    close: async () => {
      await enqueue(shut)
    },
  }
}
