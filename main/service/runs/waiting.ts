// Runs that wait for their turn, the next one first.
import type { ActiveRun } from './active.ts'

export interface WaitingRuns {
  add(active: ActiveRun): void
  /** Takes the next one out; undefined where none waits. */
  shift(): ActiveRun | undefined
  /** Takes this one out; false where it does not wait. */
  withdraw(active: ActiveRun): boolean
  /** Place among the runs that wait, 0 = next; undefined where it does not wait. */
  placeOf(run: number): number | undefined
  /** Puts a waiting run at a place among those that wait; one that does not wait stays as it is. */
  move(run: number, place: number): void
}

export function createWaitingRuns(): WaitingRuns {
  const waiting: ActiveRun[] = []
  const placeOf = (run: number): number | undefined => {
    const at = waiting.findIndex((active) => active.run.id === run)
    return at < 0 ? undefined : at
  }
  const take = (run: number): ActiveRun | undefined => {
    const at = placeOf(run)
    return at === undefined ? undefined : waiting.splice(at, 1)[0]
  }
  return {
    add: (active) => void waiting.push(active),
    shift: () => waiting.shift(),
    withdraw: ({ run }) => take(run.id) !== undefined,
    placeOf,
    move: (run, place) => {
      const active = take(run)
      if (active) waiting.splice(place, 0, active)
    },
  }
}
