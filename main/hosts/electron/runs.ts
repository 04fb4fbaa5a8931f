// The app follows runs itself: it must know whether one is under way, and how each ends.
import { setTimeout } from 'node:timers/promises'
import { createBackOff } from '../../contract/back-off.ts'
import type { RunSummary, StudioEvent } from '../../contract/service.ts'
import { createLog } from '../../service/log.ts'
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

/** Follows the runs of whichever service answers, also when it is started anew. */
export function followRuns(
  attach: () => Promise<RemoteStudio | undefined>,
  { onUnderWay, onEnd }: RunsListener,
): RunsFollower {
  const closing = new AbortController()
  const backOff = createBackOff()
  const log = createLog('Following the runs')
  let known: ReadonlySet<number> = new Set()
  let count = 0

  const look = async (studio: RemoteStudio): Promise<void> => {
    const runs = await studio.call('runs.list', {})
    backOff.reset()
    const before = known
    known = new Set(runs.filter(isUnderWay).map(({ id }) => id))
    if (known.size !== count) onUnderWay((count = known.size))
    for (const run of runs) if (before.has(run.id) && !known.has(run.id)) onEnd(run, await sentenceOf(studio, run))
  }

  const followOne = async (): Promise<void> => {
    const studio = await attach()
    if (studio) await watchRuns(studio, look, closing.signal, log)
  }
  const follow = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await followOne().catch(log)
      await setTimeout(backOff.next(), undefined, { signal: closing.signal }).catch(() => undefined)
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
  log: (error: unknown) => void,
): Promise<void> {
  const close = (): void => void studio.close()
  signal.addEventListener('abort', close)
  let looking = look(studio)
  const again = (): void => {
    looking = looking.then(() => look(studio)).catch(log)
  }
  const onEvent = (event: StudioEvent): void => {
    if (event.event === 'changed' && event.subject === 'runs') again()
  }
  await looking.then(() => studio.call('studio.watch', {}, { signal, onEvent })).catch(log)
  signal.removeEventListener('abort', close)
  await studio.close()
}

async function sentenceOf(studio: RemoteStudio, { name, state, error }: RunSummary): Promise<string> {
  if (state !== 'finished') return error ?? ''
  // The notification says that the run has ended, with or without its verdict.
  const verdict = await studio.call('runs.verdict', { run: name }).catch(() => undefined)
  return verdict?.sentence ?? ''
}
