// Which runs the table shows, and in which order.
import type { RunSummary } from '../../../../main/contract/service.ts'

export const columns = ['name', 'data', 'model', 'tuned', 'noPrompt', 'macroF1', 'rows', 'ended'] as const
export type Column = (typeof columns)[number]

export interface Order {
  readonly by: Column
  readonly descending: boolean
}

const keys: { readonly [C in Column]: (run: RunSummary) => string | number } = {
  name: ({ name }) => name.toLowerCase(),
  data: ({ datasetName }) => datasetName.toLowerCase(),
  model: ({ modelName }) => modelName.toLowerCase(),
  tuned: ({ tuned }) => tuned ?? -1,
  noPrompt: ({ noPrompt }) => noPrompt ?? -1,
  macroF1: ({ macroF1 }) => macroF1 ?? -1,
  rows: ({ rows }) => rows ?? -1,
  ended: ({ endedAt, createdAt }) => endedAt ?? createdAt,
}

/** Every word of the search must stand somewhere in the run. */
export function found(runs: readonly RunSummary[], search: string, onlyStarred: boolean): RunSummary[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return runs.filter((run) => {
    const all = [run.name, run.datasetName, run.modelName, run.note, ...run.tags].join('\n').toLowerCase()
    return (!onlyStarred || run.starred) && words.every((word) => all.includes(word))
  })
}

export function ordered(runs: readonly RunSummary[], { by, descending }: Order): RunSummary[] {
  const key = keys[by]
  const sign = descending ? -1 : 1
  return runs.toSorted((a, b) => {
    const [x, y] = [key(a), key(b)]
    return sign * (x < y ? -1 : Number(x > y))
  })
}
