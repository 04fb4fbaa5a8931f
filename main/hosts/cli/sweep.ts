// Follows a sweep to its end, and reports its results in tables.
import type {
  Band,
  Factor,
  StudioEvent,
  SweepDetails,
  SweepRecord,
  SweptConfiguration,
} from '../../contract/service.ts'
import { StudioError } from '../../contract/errors/index.ts'
import { inPercent, percent } from '../../contract/numbers.ts'
import { aligned } from './aligned.ts'
import { quoted } from './hints.ts'
import type { Session } from './host.ts'
import { Interrupted } from './interrupted.ts'
import { stoppable } from './stoppable.ts'

const goOn = (sweep: string): string => `Resume with: softprompt sweeps ${quoted(sweep)} --resume`

/** Reports on the sweep until it ends; ctrl-C pauses it. Errors: 'run/ended' where it could not go on. */
export async function followSweep(session: Session, { name }: SweepRecord): Promise<void> {
  const { studio, output } = session
  const pausing = {
    sentence: 'Pausing after this step and keeping a checkpoint. Press Ctrl-C again to end at once.',
    stop: () => studio.call('sweeps.stop', { sweep: name }),
  }
  const onEvent = (event: StudioEvent): void => {
    output.event(event)
  }
  const sweep = await stoppable(session, pausing, () => studio.call('sweeps.watch', { sweep: name }, { onEvent }))
  if (sweep.error !== undefined) throw new StudioError('run/ended', `${sweep.error} ${goOn(name)}`)
  await sayDetails(session, name)
  if (sweep.state !== 'finished') throw new Interrupted()
}

export async function sayDetails({ studio, output }: Session, name: string): Promise<void> {
  const details = await studio.call('sweeps.show', { sweep: name })
  output.result({ ...details }, linesOf(details))
}

export function linesOf(details: SweepDetails): string[] {
  const { sweep, summary, configurations, factors, factorsOn, rows } = details
  const names = summary.vary.map(({ setting }) => setting)
  const table = configurations.map(({ number, values, fate, early, test, rank, runs }) => [
    String(number),
    ...names.map((name) => String(values[name] ?? '')),
    fate,
    bandOf(early),
    bandOf(test),
    placeOf(rank),
    runs.map(({ run, error }) => error ?? run ?? '–').join(', '),
  ])
  const basis = factorsOn === 'test' ? `${String(rows.test)} test rows` : `${String(rows.validation)} validation rows`
  return [
    `Sweep "${sweep.name}": ${sweep.state}. ${sweep.error ?? details.sentence}`,
    ...aligned([['', ...names, 'outcome', 'validation', 'test set', 'rank', 'runs'], ...table]),
    ...(factors.length > 0
      ? [`What mattered, on ${basis}:`, ...factors.map(({ sentence }: Factor) => `  ${sentence}`)]
      : []),
    ...(sweep.state === 'paused' ? [goOn(sweep.name)] : []),
  ]
}

/** "83.3 % (79.0 to 87.1)". */
const bandOf = (band: Band | undefined): string =>
  band ? `${percent(band.mean, 1)} (${inPercent(band.low, 1)} to ${inPercent(band.high, 1)})` : '–'

/** "1", or "1 to 3" where intervals overlap. */
const placeOf = (rank: SweptConfiguration['rank']): string =>
  rank ? (rank[0] === rank[1] ? String(rank[0]) : `${String(rank[0])} to ${String(rank[1])}`) : '–'
