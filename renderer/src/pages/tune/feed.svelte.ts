// The live state of a run: its record, then its events until it ends.
import type { RunState } from '../../../../main/contract/records.ts'
import type { Outlook } from '../../../../main/contract/outlook.ts'
import type { RunDetails, StudioEvent } from '../../../../main/contract/service.ts'
import { connection } from '../../client/connection.svelte.ts'
import { type Arrived, outlookNow } from '../../client/running.svelte.ts'
import { studio } from '../../client/studio.ts'
import { createCollector, progressAfter, type RunHistory, type RunProgress } from './history.ts'

class Feed {
  details = $state.raw<RunDetails>()
  error = $state.raw<Error>()
  state = $state.raw<RunState>()
  message = $state.raw<string>()
  progress = $state.raw<RunProgress>()
  history = $state.raw<RunHistory>({ steps: [], validations: [], notes: [], untuned: undefined })
  arrived = $state.raw<Arrived>()
  /** The number of reloads so far. */
  reloads = $state(0)

  /** How far the run is now; undefined where it is not under way. */
  get outlook(): Outlook | undefined {
    return this.arrived && outlookNow(this.arrived)
  }

  /** Loads the record and subscribes to events again, as after a resume. */
  readonly reload = (): void => {
    this.error = undefined
    this.reloads += 1
  }
}

/** Call it while a component is initialised; it follows the run as long as the component lives. */
export function followRun(name: string): Omit<Readonly<Feed>, 'reloads' | 'arrived'> {
  const feed = new Feed()
  $effect(() => {
    void feed.reloads
    void connection.times
    return listen(name, feed)
  })
  return feed
}

/** Subscribes to the run; returns the function that unsubscribes. */
function listen(name: string, feed: Feed): () => void {
  const abort = new AbortController()
  const { signal } = abort
  const collector = createCollector()
  let frame = 0

  // Events may arrive faster than frames are drawn, so at most one update is made per frame.
  const drawSoon = (): void => {
    frame ||= requestAnimationFrame(() => {
      frame = 0
      if (!signal.aborted) feed.history = collector.now()
    })
  }
  const onEvent = (event: StudioEvent): void => {
    if (signal.aborted) return
    collector.add(event)
    feed.progress = progressAfter(feed.progress, event)
    if (event.event === 'outlook') feed.arrived = { outlook: event, at: performance.now() }
    if (event.event === 'state') {
      feed.state = event.state
      feed.message = event.message
    }
    drawSoon()
  }
  const show = async (): Promise<void> => {
    const details = await studio.call('runs.show', { run: name })
    if (signal.aborted) return
    collector.load(details)
    feed.details = details
    feed.state = details.run.state
    feed.message = details.run.error
    drawSoon()
  }
  const follow = async (): Promise<void> => {
    await show()
    if (feed.state !== 'running' && feed.state !== 'queued') return
    await studio.call('runs.watch', { run: name }, { onEvent, signal })
    feed.progress = undefined
    feed.arrived = undefined
    await show()
  }
  follow().catch((reason: unknown) => {
    if (!signal.aborted) feed.error = reason instanceof Error ? reason : new Error(String(reason))
  })
  return () => {
    abort.abort()
    cancelAnimationFrame(frame)
  }
}
