// The columns of a table of compared methods, for the window, the command line, CSV files and reports alike.
import { csvOf } from '../csv.ts'
import { abilityLost, type RunMeasures } from '../measures.ts'
import type { Band, ComparedMethod, ComparedRow, MethodComparison } from '../service.ts'
import { bytes, count, inPercent, percent, time } from '../numbers.ts'
import { methodWords } from './settings.ts'
import { subjectWords } from './subjects.ts'

export interface ComparisonColumn {
  /** Its name in CSV files. */
  readonly name: string
  readonly title: string
  readonly help: string
  /** What it is sorted by; undefined where there is none. */
  value(row: ComparedRow): number | undefined
  /** As people read it. */
  text(row: ComparedRow): string
  /** What is to be read beside it: an interval. */
  note?(row: ComparedRow): string | undefined
}

/** What there is to read where nothing was measured: a baseline is not tuned, so that it has no such figure. */
const absent = ({ kind }: ComparedRow): string => (kind === 'baseline' ? '' : '–')

export const nameOfRow = (row: ComparedRow): string =>
  row.kind === 'method' ? methodWords(row.method).name : subjectWords[row.subject].name

/** "79.0 to 87.1"; undefined where it cannot be estimated. */
const intervalWords = ({ low, high }: Band): string | undefined =>
  Number.isNaN(low) ? undefined : `${inPercent(low, 1)} to ${inPercent(high, 1)}`

/** "83.3 % (79.0 to 87.1)". */
export const bandWords = (band: Band): string => withNote(percent(band.mean, 1), intervalWords(band))

const withNote = (text: string, note: string | undefined): string => (note === undefined ? text : `${text} (${note})`)

/** A cell in one line. */
export const cellOf = (column: ComparisonColumn, row: ComparedRow): string =>
  withNote(column.text(row), column.note?.(row))

/** "1", or "1 to 3" where intervals overlap. */
export const rankWords = ([first, last]: readonly [number, number]): string =>
  first === last ? String(first) : `${String(first)} to ${String(last)}`

/** A rise of the loss in nats: "+0.25"; "0" is exact. */
const lossWords = (rise: number): string =>
  rise === 0 ? '0' : `${rise < 0 ? '−' : '+'}${Math.abs(rise).toFixed(Math.abs(rise) < 0.1 ? 3 : 2)}`

/** A column of a run's measures. */
const measured = (
  name: string,
  { title, help }: { readonly title: string; readonly help: string },
  value: (measures: RunMeasures) => number | undefined,
  words: (value: number) => string,
): ComparisonColumn => {
  const valueOf = (row: ComparedRow): number | undefined =>
    row.kind === 'method' && row.measures ? value(row.measures) : undefined
  const text = (row: ComparedRow): string => {
    const found = valueOf(row)
    return found === undefined ? absent(row) : words(found)
  }
  return { name, title, help, value: valueOf, text }
}

/** What stands in place of a figure. */
const fates: { readonly [F in ComparedMethod['fate']]: string } = {
  'goes on': 'not finished',
  finished: '–',
  'left behind': 'stopped early',
  failed: 'failed',
}

const test: ComparisonColumn = {
  name: 'test',
  title: 'Test set',
  help: 'How well it answers rows that it has not learned from, with its 95 % interval over rows and random seeds.',
  value: ({ test: band }) => band?.mean,
  text: (row) => (row.test ? percent(row.test.mean, 1) : row.kind === 'method' ? fates[row.fate] : ''),
  note: ({ test: band }) => band && intervalWords(band),
}

const rank: ComparisonColumn = {
  name: 'rank',
  title: 'Rank',
  help: 'The best and the worst place that the intervals allow: what they do not tell apart shares its places.',
  value: ({ rank: places }) => places && places[0] + places[1] / 1000,
  text: (row) => (row.rank ? rankWords(row.rank) : absent(row)),
}

const targets: ComparisonColumn = {
  name: 'runs_in',
  title: 'Runs in',
  help: 'Where its prompt can be taken, besides this studio.',
  value: (row) => (row.kind === 'method' ? row.targets.length : undefined),
  text: (row) => (row.kind === 'method' ? row.targets.map((each) => targetWords[each]).join(', ') : ''),
}

/** What loads an export, in a word or two. */
const targetWords: { readonly [F in ComparedMethod['targets'][number]]: string } = {
  bundle: 'another studio',
  peft: 'PEFT',
  gguf: 'llama.cpp',
  transformers: 'transformers',
}

export const comparisonColumns: readonly ComparisonColumn[] = [
  test,
  rank,
  measured(
    'parameters',
    { title: 'Trained numbers', help: 'How many numbers it learns (trainable parameters).' },
    ({ parameters }) => parameters,
    count,
  ),
  measured('file_bytes', { title: 'Prompt file', help: 'The size of its prompt file.' }, (m) => m.fileBytes, bytes),
  measured(
    'seconds',
    {
      title: 'Time to tune',
      help: 'All its steps, and reading the texts once beforehand (KV precompute); without checks and evaluations.',
    },
    ({ seconds }) => seconds,
    (seconds) => time(1000 * seconds),
  ),
  measured(
    'peak_bytes',
    {
      title: 'Memory',
      help: 'The most memory that the process held while it tuned and evaluated, the model included.',
    },
    ({ peakBytes }) => peakBytes,
    bytes,
  ),
  measured(
    'answer_milliseconds',
    { title: 'One answer', help: 'What a person waits for one answer, once the model is loaded.' },
    ({ answerMilliseconds }) => answerMilliseconds,
    time,
  ),
  measured(
    'switch_milliseconds',
    {
      title: 'To switch',
      help: 'To switch to its prompt from another one of the same model: reading its file; the model stays loaded.',
    },
    ({ switchMilliseconds }) => switchMilliseconds,
    time,
  ),
  measured(
    'ability_lost',
    {
      title: 'General ability lost',
      help: 'How much worse the model predicts a fixed neutral text with the prompt: the rise of its mean loss per token. Exactly 0 where the model reads texts by itself and only the answer is changed.',
    },
    abilityLost,
    lossWords,
  ),
  targets,
]

/** The table as a CSV file: numbers in plain units, empty where there is none. */
export function comparisonCsv({ compared }: Pick<MethodComparison, 'compared'>): string {
  const costs = comparisonColumns.filter((column) => column !== test && column !== rank && column !== targets)
  const head = ['name', 'kind', 'outcome', 'mean', 'low', 'high', 'best_rank', 'worst_rank']
  const number = (value: number | undefined): number | string =>
    value === undefined || Number.isNaN(value) ? '' : value
  const rows = compared.map((row) => [
    row.kind === 'method' ? row.method : row.subject,
    row.kind,
    row.kind === 'method' ? row.fate : '',
    ...[row.test?.mean, row.test?.low, row.test?.high, row.rank?.[0], row.rank?.[1]].map(number),
    ...costs.map((column) => number(column.value(row))),
    row.kind === 'method' ? row.targets.join(' ') : '',
    row.kind === 'method' ? row.runs.flatMap(({ run }) => run ?? []).join(' ') : '',
  ])
  return csvOf([[...head, ...costs.map(({ name }) => name), targets.name, 'runs'], ...rows])
}
