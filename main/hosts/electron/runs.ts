// The app follows runs itself: it must know whether one is under way, and how each ends.
import { setTimeout } from 'node:timers/promises'
import type { RunSummary, StudioEvent } from '../../contract/service.ts'
import type { RemoteStudio } from '../../service/socket/client.ts'

export interface RunsFollower {
  /** Runs that train or wait. */
  underWay(): number
  close(): Promise<void>
}

export interface RunsListener {
  /** Called when their number changes. */
  readonly onUnderWay: (runs: number) => void
  /** Called once for each run that ends while the app looks; `sentence`: the verdict, or what went wrong. */
  readonly onEnd: (run: RunSummary, sentence: string) => void
}

/** Milliseconds between tries to reach a service that does not answer. */
const AGAIN_MS = 500

/** Follows the runs of whichever service answers, also when it is started anew. */
export function followRuns(
  attach: () => Promise<RemoteStudio | undefined>,
  { onUnderWay, onEnd }: RunsListener,
): RunsFollower {
  const closing = new AbortController()
  let known: ReadonlySet<number> = new Set()
  let count = 0

  const look = async (studio: RemoteStudio): Promise<void> => {
    const runs = await studio.call('runs.list', {})
    const before = known
    known = new Set(runs.filter(isUnderWay).map(({ id }) => id))
    if (known.size !== count) onUnderWay((count = known.size))
    for (const run of runs) if (before.has(run.id) && !known.has(run.id)) onEnd(run, await sentenceOf(studio, run))
  }

  const follow = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      // A service of another version, for example: its window says so.
      const studio = await attach().catch(() => undefined)
      if (studio) await watchRuns(studio, look, closing.signal)
      await setTimeout(AGAIN_MS, undefined, { signal: closing.signal }).catch(() => undefined)
    }
  }
  const following = follow()

  return {
    underWay: () => count,
    close: async () => {
      closing.abort()
      await following
    },
  }
}

const isUnderWay = ({ state }: RunSummary): boolean => state === 'running' || state === 'queued'

/** Looks now and after every change, one look at a time; ends with the service or the signal, also where it does not answer. */
async function watchRuns(
  studio: RemoteStudio,
  look: (studio: RemoteStudio) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const close = (): void => void studio.close()
  signal.addEventListener('abort', close)
  let looking = look(studio)
  const again = (): void => {
    looking = looking.then(() => look(studio)).catch(() => undefined)
  }
  const onEvent = (event: StudioEvent): void => {
    if (event.event === 'changed' && event.subject === 'runs') again()
  }
  await looking.then(() => studio.call('studio.watch', {}, { signal, onEvent })).catch(() => undefined)
  signal.removeEventListener('abort', close)
  await studio.close()
}

async function sentenceOf(studio: RemoteStudio, { name, state, error }: RunSummary): Promise<string> {
  if (state !== 'finished') return error ?? ''
  const verdict = await studio.call('runs.verdict', { run: name }).catch(() => undefined)
  return verdict?.sentence ?? ''
}
