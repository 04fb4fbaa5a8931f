// A few real steps of a run before it begins, as a table.
import type { Input, Preflight, RunPlan } from '../../contract/service.ts'
import { aligned } from './aligned.ts'
import type { Session } from './host.ts'

/** Ctrl-C ends it. Errors: those of the run itself. */
export const measure = ({ studio, output, signal }: Session, input: Input<'runs.preflight'>): Promise<Preflight> =>
  studio.call('runs.preflight', input, {
    signal,
    onEvent: (event) => {
      output.event(event, 0)
    },
  })

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`

/** What a run needs whose result is a model. */
export const needsSentence = ({ memory, disk }: NonNullable<RunPlan['needs']>): string =>
  `It trains every weight of the model, which needs about ${gigabytes(memory)} of memory and ${gigabytes(disk)} of disk space.`

/** A line for each precision and kind of hardware that was tried, the chosen one marked. */
export function tableOf({ trials, refused, chosen, hardware: taken }: Preflight): string[] {
  const lines = trials.map(({ precision, hardware, seconds: [low, high], memory, fits, agreement }) => [
    precision === chosen && hardware.name === taken ? '*' : '',
    precision,
    hardware.name,
    `${low.toFixed(0)} to ${high.toFixed(0)} s`,
    gigabytes(memory),
    fits ? 'yes' : 'no',
    agreement === undefined ? '' : agreement.toFixed(3),
  ])
  return [
    ...aligned([['', 'precision', 'hardware', 'whole run', 'memory', 'fits', 'gradient alike'], ...lines]),
    ...refused,
  ]
}
