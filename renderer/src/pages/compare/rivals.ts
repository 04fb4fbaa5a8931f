// What a run is compared with, as one value of a <select>: '' = its own stronger rival, one of its own, or another run.
import type { Input } from '../../../../main/contract/service.ts'

export type Rival = NonNullable<Input<'runs.verdict'>['rival']>

/** The prefix of an own rival: a control character, which no run's name may contain. */
const mark = '\u0001'

export const ownRival = (rival: Rival): string => mark + rival

export const isRun = (against: string): boolean => against !== '' && !against.startsWith(mark)

/** The input of runs.verdict and runs.flips for a value of the choice. */
export function rivalOf(against: string): Pick<Input<'runs.verdict'>, 'against' | 'rival'> {
  if (against === '') return {}
  return isRun(against) ? { against } : { rival: against.slice(mark.length) as Rival }
}
