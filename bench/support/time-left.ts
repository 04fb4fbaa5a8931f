// Logs the time that a run says is left, and compares it with what then was left.
import type { ComputeEvent } from '../../main/contract/compute.ts'
import type { Rates } from '../../main/service/runs/parts.ts'
import { type TrackedRun, trackRun } from '../../main/service/runs/outlook.ts'

/** Seconds since the start, and the seconds that were said to be left; undefined = not said. */
interface Said {
  readonly at: number
  readonly left: number | undefined
}

export interface TimeLeft {
  /** Every five seconds. */
  readonly log: readonly Said[]
  /** Relative error of what was said, by the share of the way; undefined where nothing was said. */
  readonly errors: Readonly<Record<Share, number | undefined>>
}

export const shares = [0.1, 0.5, 0.9] as const
type Share = (typeof shares)[number]

const SAMPLE_MS = 500
const LOGGED = 10

interface TimeLeftWatch {
  hear(event: ComputeEvent): void
  /** The owner asks for the evaluation: from here on, that alone is left. */
  keep(): void
  end(): TimeLeft
}

/** `known`: as a pre-flight or an earlier run left it. */
export function watchTimeLeft(run: TrackedRun, known: Rates | undefined): TimeLeftWatch {
  const began = performance.now()
  const tracker = trackRun(run, known, undefined, began)
  const said: Said[] = []
  let from = 0
  const look = (): void => {
    const now = performance.now()
    said.push({ at: (now - began) / 1000, left: tracker.at(now).left })
  }
  const timer = setInterval(look, SAMPLE_MS)
  return {
    hear: (event) => {
      tracker.hear(event, performance.now())
    },
    keep: () => {
      tracker.keep()
      from = (performance.now() - began) / 1000
    },
    end: () => {
      clearInterval(timer)
      const whole = (performance.now() - began) / 1000
      const errorAt = (share: Share): number | undefined => {
        const wanted = from + share * (whole - from)
        const nearest = said.toSorted((a, b) => Math.abs(a.at - wanted) - Math.abs(b.at - wanted))[0]
        return nearest?.left === undefined ? undefined : nearest.left / (whole - nearest.at) - 1
      }
      return {
        log: said.filter((_, i) => i % LOGGED === LOGGED - 1),
        errors: { 0.1: errorAt(0.1), 0.5: errorAt(0.5), 0.9: errorAt(0.9) },
      }
    },
  }
}
