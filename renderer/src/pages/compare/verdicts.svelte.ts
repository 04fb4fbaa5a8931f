// Verdicts of many runs against one baseline: a few requests at a time, cached as long as the page lives.
import type { RunSummary, Verdict } from '../../../../main/contract/service.ts'
import { untrack } from 'svelte'
import { SvelteMap } from 'svelte/reactivity'
import { studio } from '../../client/studio.ts'

/** A verdict; null where the two were evaluated on different test sets. */
export type KnownVerdict = Verdict | null

/** Concurrent requests. */
const WIDTH = 4

/** Call it while a component is initialised. `against` undefined = the best result without tuning. */
export function verdictsOf(runs: () => readonly RunSummary[], against: () => string | undefined) {
  const known = new SvelteMap<string, KnownVerdict>()
  const key = (run: string, other: string | undefined): string => JSON.stringify([run, other ?? null])

  $effect(() => {
    const other = against()
    const finished = runs().filter(({ state, name }) => state === 'finished' && name !== other)
    // The verdict of a finished run never changes, so only unknown ones are requested.
    const waiting = untrack(() => finished.filter(({ name }) => !known.has(key(name, other)))).map(({ name }) => name)
    let gone = false
    const work = async (): Promise<void> => {
      for (let name = waiting.shift(); name !== undefined && !gone; name = waiting.shift()) {
        const verdict = await fetchVerdict(name, other)
        known.set(key(name, other), verdict)
      }
    }
    for (let i = 0; i < WIDTH; i++) void work()
    return () => {
      gone = true
    }
  })

  return {
    /** The verdict of a run; undefined until it has arrived. */
    get: (run: string): KnownVerdict | undefined => known.get(key(run, against())),
  }
}

const fetchVerdict = (run: string, against: string | undefined): Promise<KnownVerdict> =>
  // A pair without a verdict, such as an unfinished run, is shown without one.
  studio.call('runs.verdict', { run, ...(against === undefined ? {} : { against }) }).catch(() => null)
