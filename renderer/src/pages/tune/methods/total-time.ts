// The time of a whole comparison, from that of one run of each method.
import type { Preflight, SweepPlan } from '../../../../../main/contract/service.ts'

/** What one run of a method takes. */
export type Estimate = Pick<Preflight, 'seconds' | 'fits'>

/** Shortest and longest time of all runs; undefined while any is not known. Halving leaves out what is stopped early. */
export function totalOf(
  estimates: readonly (Estimate | undefined)[],
  { runs, rungs, survivors }: Pick<SweepPlan, 'runs' | 'rungs' | 'survivors'>,
): readonly [number, number] | undefined {
  const known = estimates.flatMap((estimate) => estimate ?? [])
  if (known.length < estimates.length || known.length === 0) return undefined
  const share = rungs.reduce((sum, rung, i) => {
    const began = rungs[i - 1] ?? 0
    return sum + ((rung - began) * (survivors[i] ?? 0)) / known.length
  }, 0)
  const scale = (runs / known.length) * share
  const sum = (of: 0 | 1): number => scale * known.reduce((total, { seconds }) => total + seconds[of], 0)
  return [sum(0), sum(1)]
}
