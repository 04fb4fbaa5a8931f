// What a run is measured against, as one word for a choice: '' = its own stronger rival, one of its rivals, or another run.
import type { Input } from '../../../../main/contract/service.ts'

export type Rival = NonNullable<Input<'runs.verdict'>['rival']>

/** A control character comes first, which no run's name may hold. */
const mark = '\u0001'

export const ownRival = (rival: Rival): string => mark + rival

export const isRun = (against: string): boolean => against !== '' && !against.startsWith(mark)

/** The input of runs.verdict and runs.flips that goes with it. */
export function rivalOf(against: string): Pick<Input<'runs.verdict'>, 'against' | 'rival'> {
  if (against === '') return {}
  return isRun(against) ? { against } : { rival: against.slice(mark.length) as Rival }
}
