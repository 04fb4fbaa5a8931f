// What an advice may gain, and what it costs, in words for all hosts.
import { inPercent } from '../numbers.ts'
import type { Advice } from '../methods/runs.ts'
import { capital } from './capital.ts'

/** "Up to 6 points; about 4 min of learning." Empty where neither is known. */
export function promised({ gain, minutes }: Pick<Advice, 'gain' | 'minutes'>): string {
  const parts = [
    ...(gain === undefined ? [] : [`up to ${inPercent(gain, gain < 0.01 ? 1 : 0)} points`]),
    ...(minutes === undefined
      ? []
      : [minutes < 1 ? 'less than a minute of learning' : `about ${minutes.toFixed(0)} min of learning`]),
  ].join('; ')
  return parts === '' ? '' : `${capital(parts)}.`
}
