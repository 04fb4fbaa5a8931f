// Verdicts of many runs against one thing, asked for a few at a time and kept while the page is there.
import type { RunSummary, Verdict } from '../../../../main/contract/service.ts'
import { untrack } from 'svelte'
import { SvelteMap } from 'svelte/reactivity'
import { studio } from '../../client/studio.ts'

/** Null where the two were evaluated on different rows. */
export type Subject = Verdict | null

/** Runs asked for at once. */
const WIDTH = 4

/** Call it while a component is made. `against` undefined = no prompt. */
export function verdictsOf(runs: () => readonly RunSummary[], against: () => string | undefined) {
  const known = new SvelteMap<string, Subject>()
  const key = (run: string, other: string | undefined): string => JSON.stringify([run, other ?? null])

  $effect(() => {
    const other = against()
    const finished = runs().filter(({ state, name }) => state === 'finished' && name !== other)
    // A finished run's verdict stays: only new ones are asked for.
    const waiting = untrack(() => finished.filter(({ name }) => !known.has(key(name, other)))).map(({ name }) => name)
    let gone = false
    const work = async (): Promise<void> => {
      for (let name = waiting.shift(); name !== undefined && !gone; name = waiting.shift()) {
        const verdict = await judge(name, other)
        known.set(key(name, other), verdict)
      }
    }
    for (let i = 0; i < WIDTH; i++) void work()
    return () => {
      gone = true
    }
  })

  return {
    /** Undefined before it is known. */
    get: (run: string): Subject | undefined => known.get(key(run, against())),
  }
}

const judge = (run: string, against: string | undefined): Promise<Subject> =>
  studio.call('runs.verdict', { run, ...(against === undefined ? {} : { against }) }).catch(() => null)
