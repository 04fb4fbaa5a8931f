// How the table of runs is searched and sorted.
import type { RunSummary } from '../../../../main/contract/service.ts'
import type { KnownVerdict } from './verdicts.svelte.ts'

export type Column = 'name' | 'data' | 'model' | 'tuned' | 'other' | 'difference' | 'rows' | 'time'
export type Show = 'all' | 'finished' | 'starred'

export interface Sort {
  readonly by: Column
  readonly descending: boolean
}

type Value = string | number | undefined

const values: {
  readonly [C in Column]: (run: RunSummary, verdict: KnownVerdict | undefined) => Value
} = {
  name: ({ name }) => name.toLowerCase(),
  data: ({ datasetName }) => datasetName.toLowerCase(),
  model: ({ modelName }) => modelName.toLowerCase(),
  tuned: ({ tuned }) => tuned,
  other: (_, verdict) => verdict?.other,
  difference: (_, verdict) => verdict?.difference,
  rows: ({ rows }) => rows,
  time: ({ endedAt, createdAt }) => endedAt ?? createdAt,
}

const shows: { readonly [S in Show]: (run: RunSummary) => boolean } = {
  all: () => true,
  finished: ({ state }) => state === 'finished',
  starred: ({ starred }) => starred,
}

/** Runs whose name, tags, note, data or model contain every word of the search; case is ignored. */
export function found(runs: readonly RunSummary[], search: string, show: Show): RunSummary[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return runs.filter((run) => {
    const { name, tags, note, datasetName, modelName } = run
    const all = [name, ...tags, note, datasetName, modelName].join('\n').toLowerCase()
    return shows[show](run) && words.every((word) => all.includes(word))
  })
}

/** Runs without a value come last, whether ascending or descending. */
export function sorted(
  runs: readonly RunSummary[],
  { by, descending }: Sort,
  verdictOf: (run: string) => KnownVerdict | undefined,
): RunSummary[] {
  const keyed = runs.map((run) => ({ run, value: values[by](run, verdictOf(run.name)) }))
  const sign = descending ? -1 : 1
  keyed.sort((a, b) => {
    if (a.value === undefined || b.value === undefined)
      return Number(a.value === undefined) - Number(b.value === undefined)
    return a.value < b.value ? -sign : a.value > b.value ? sign : 0
  })
  return keyed.map(({ run }) => run)
}
