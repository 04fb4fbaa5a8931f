// Follows a sweep to its end, and reports its results in tables; of one that compares methods, in the table of methods.
import { writeFile } from 'node:fs/promises'
import { comparesMethods } from '../../contract/methods/comparisons.ts'
import type {
  Band,
  CommitteeFigures,
  Factor,
  MethodComparison,
  Studio,
  StudioEvent,
  SweepDetails,
  SweepRecord,
  SweptConfiguration,
} from '../../contract/service.ts'
import { StudioError } from '../../contract/errors/index.ts'
import {
  bandWords,
  cellOf,
  comparisonColumns,
  comparisonCsv,
  nameOfRow,
  rankWords,
} from '../../contract/words/comparison.ts'
import { aligned } from './aligned.ts'
import { given } from './options.ts'
import { quoted } from './hints.ts'
import type { Session } from './host.ts'
import { Interrupted } from './interrupted.ts'
import { stoppable } from './stoppable.ts'

const goOn = (sweep: string): string => `Resume with: softprompt sweeps ${quoted(sweep)} --resume`

export interface Report {
  /** File for the table of a sweep that compares methods. */
  readonly csv?: string
}

/** Reports on the sweep until it ends; ctrl-C pauses it. Errors: 'run/ended' where it could not go on. */
export async function followSweep(session: Session, { name }: SweepRecord, report: Report = {}): Promise<void> {
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
  await sayDetails(session, name, report)
  if (sweep.state !== 'finished') throw new Interrupted()
}

/** Error: 'sweep/no-comparison' for a CSV file of another sweep. */
export async function sayDetails({ studio, output }: Session, name: string, { csv }: Report = {}): Promise<void> {
  const details = await studio.call('sweeps.show', { sweep: name })
  const together = await togetherOf(studio, details)
  const more = together ? [together.sentence] : []
  if (csv === undefined && !comparesMethods(details.summary.vary)) {
    output.result({ ...details, ...given({ together }) }, [...linesOf(details), ...more])
    return
  }
  const comparison = await studio.call('comparisons.show', { sweep: name })
  output.result({ ...comparison, ...given({ together }) }, [...comparisonLines(comparison), ...more])
  if (csv !== undefined) await writeFile(csv, comparisonCsv(comparison))
}

function comparisonLines({ sweep, sentence, compared, take }: MethodComparison): string[] {
  const table = compared.map((row) => [nameOfRow(row), ...comparisonColumns.map((column) => cellOf(column, row))])
  const taken = compared.find((row) => row.kind === 'method' && row.method === take)
  const use = taken?.kind === 'method' ? taken.use : undefined
  return [
    `Comparison "${sweep.name}": ${sweep.state}. ${sweep.error ?? sentence}`,
    ...aligned([['', ...comparisonColumns.map(({ title }) => title.toLowerCase())], ...table]),
    ...(use === undefined ? [] : [`Try it with: softprompt try ${quoted(use)} "a text"`]),
    ...(sweep.state === 'paused' ? [goOn(sweep.name)] : []),
  ]
}

/** The runs of the best combination as a committee; undefined where it has no two, or they cannot answer together. */
async function togetherOf(studio: Studio, { configurations }: SweepDetails): Promise<CommitteeFigures | undefined> {
  const repeated = configurations.map(({ runs }) =>
    runs.flatMap(({ run, state }) => (run !== undefined && state === 'finished' ? [run] : [])),
  )
  const runs = repeated.find(({ length }) => length > 1)
  return runs && studio.call('committees.figures', { runs }).catch(unlessRefused)
}

function unlessRefused(error: unknown): undefined {
  if (!(error instanceof StudioError && error.code.startsWith('committee/'))) throw error
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

const bandOf = (band: Band | undefined): string => (band ? bandWords(band) : '–')

const placeOf = (rank: SweptConfiguration['rank']): string => (rank ? rankWords(rank) : '–')
