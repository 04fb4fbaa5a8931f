// What the rows are looked at by: set by the search, by bars, bins and problems, and by column heads.
import type { RowState } from '../../../../main/contract/records.ts'
import type { DataFilter, DataQuery } from '../../../../main/contract/service.ts'
import { count } from '../../ui/format.ts'
import { t } from '../../strings/index.ts'

export interface Chip {
  readonly text: string
  remove(): void
}

export function createQuery() {
  let search = $state('')
  let labels = $state.raw<readonly string[]>([])
  let length = $state.raw<{ readonly from: number; readonly to: number }>()
  let problem = $state.raw<{ readonly problem: string; readonly title: string }>()
  let states = $state.raw<readonly RowState[]>(['used', 'excluded'])
  let sort = $state.raw<DataQuery['sort']>()

  return {
    get search() {
      return search
    },
    set search(value: string) {
      search = value
    },
    get labels() {
      return labels
    },
    get length() {
      return length
    },
    get states() {
      return states
    },
    get sort() {
      return sort
    },
    toggleLabel(label: string): void {
      labels = labels.includes(label) ? labels.filter((each) => each !== label) : [...labels, label]
    },
    toggleLength(bin: { readonly from: number; readonly to: number }): void {
      length = length?.from === bin.from ? undefined : { from: bin.from, to: bin.to }
    },
    showProblem(name: string, title: string): void {
      problem = { problem: name, title }
    },
    toggleState(state: RowState): void {
      const next = states.includes(state) ? states.filter((each) => each !== state) : [...states, state]
      if (next.length > 0) states = next
    },
    /** Ascending, descending, as in the file. */
    sortBy(by: NonNullable<DataQuery['sort']>['by']): void {
      const same = JSON.stringify(sort?.by) === JSON.stringify(by)
      sort = !same ? { by, descending: false } : sort?.descending ? undefined : { by, descending: true }
    },
    clear(): void {
      search = ''
      labels = []
      length = undefined
      problem = undefined
    },
    get chips(): Chip[] {
      const filters = [
        ...labels.map((label) => ({
          text: t.data.chipLabel(label),
          remove: () => void (labels = labels.filter((each) => each !== label)),
        })),
        ...(length
          ? [{ text: t.data.chipLength(count(length.from), count(length.to)), remove: () => void (length = undefined) }]
          : []),
        ...(problem ? [{ text: t.data.chipProblem(problem.title), remove: () => void (problem = undefined) }] : []),
      ]
      return filters
    },
    get query(): DataQuery {
      const filters: DataFilter[] = [
        ...(labels.length > 0 ? [{ kind: 'label' as const, values: [...labels] }] : []),
        ...(length ? [{ kind: 'length' as const, ...length }] : []),
        ...(problem ? [{ kind: 'problem' as const, problem: problem.problem }] : []),
      ]
      return { search, filters, states: [...states], ...(sort ? { sort } : {}) }
    },
  }
}

export type RowQuery = ReturnType<typeof createQuery>
