// The run that is under way, for every page: its record, how far it is, and how long it still takes.
import { createSubscriber } from 'svelte/reactivity'
import { later, type Outlook, shareDone } from '../../../main/contract/outlook.ts'
import type { RunSummary } from '../../../main/contract/service.ts'
import { resource } from './resource.svelte.ts'
import { studio } from './studio.ts'

const everySecond = createSubscriber((update) => {
  const timer = setInterval(update, 1000)
  return () => {
    clearInterval(timer)
  }
})

/** Milliseconds of a clock that only grows; who reads it while being rendered is rendered again every second. */
export function ticking(): number {
  everySecond()
  return performance.now()
}

/** An outlook, and when it arrived. */
export interface Arrived {
  readonly outlook: Outlook
  readonly at: number
}

/** The outlook as it is now. */
export const outlookNow = ({ outlook, at }: Arrived): Outlook => later(outlook, (ticking() - at) / 1000)

let run = $state.raw<RunSummary>()
let arrived = $state.raw<Arrived>()
let ended = $state.raw<RunSummary>()
/** The name of the run that was under way at the last look. */
let last: string | undefined

export const running = {
  /** Undefined where none is under way. */
  get run(): RunSummary | undefined {
    return run
  },
  get outlook(): Outlook | undefined {
    return arrived && outlookNow(arrived)
  },
  /** Share of the way to the verdict, 0 to 1. */
  get share(): number {
    return arrived ? shareDone(arrived.outlook) : 0
  },
  /** The run that was under way last, as it ended. */
  get ended(): RunSummary | undefined {
    return ended
  },
}

/** Call it once, while the window is initialised. */
export function watchRunning(): void {
  const runs = resource(() => studio.call('runs.list', {}), 'runs')
  $effect(() => {
    if (!runs.value) return
    const next = runs.value.find(({ state }) => state === 'running')
    const before = last
    last = next?.name
    if (before !== undefined && before !== next?.name) ended = runs.value.find(({ name }) => name === before)
    run = next
    arrived = next?.outlook && { outlook: next.outlook, at: performance.now() }
  })
}
