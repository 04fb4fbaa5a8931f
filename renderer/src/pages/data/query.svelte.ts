// The query for the rows: set by the search, by bars, bins and problems, and by column heads.
import type { RowState } from '../../../../main/contract/records.ts'
import type { DataFilter, DataQuery } from '../../../../main/contract/service.ts'
import { count } from '../../ui/format.ts'
import { t } from '../../strings/index.ts'
import { toggled } from '../../ui/toggled.ts'

export interface Chip {
  readonly text: string
  remove(): void
}

/** Problems of rows whose texts are alike. */
const alike = new Set(['conflicts'])

export class RowQuery {
  search = $state('')
  labels: readonly string[] = $state.raw([])
  length = $state.raw<{ readonly from: number; readonly to: number }>()
  states: readonly RowState[] = $state.raw(['used', 'excluded'])
  sort = $state.raw<DataQuery['sort']>()
  #problem = $state.raw<{ readonly problem: string; readonly title: string }>()

  toggleLabel(label: string): void {
    this.labels = toggled(this.labels, label)
  }
  toggleLength({ from, to }: { readonly from: number; readonly to: number }): void {
    this.length = this.length?.from === from ? undefined : { from, to }
  }
  showProblem(problem: string, title: string): void {
    this.#problem = { problem, title }
    // What contradicts or repeats each other is judged side by side.
    this.sort = alike.has(problem) ? { by: { kind: 'alike' }, descending: false } : undefined
  }
  /** The last state cannot be switched off: without any state there would be no rows. */
  toggleState(state: RowState): void {
    const next = toggled(this.states, state)
    if (next.length > 0) this.states = next
  }
  /** Each call for the same column goes on: ascending, descending, as in the file. */
  sortBy(by: NonNullable<DataQuery['sort']>['by']): void {
    const { sort } = this
    const same = JSON.stringify(sort?.by) === JSON.stringify(by)
    this.sort = !same ? { by, descending: false } : sort?.descending ? undefined : { by, descending: true }
  }
  clear(): void {
    this.search = ''
    this.labels = []
    this.length = undefined
    this.#dropProblem()
  }
  #dropProblem(): void {
    if (this.grouped) this.sort = undefined
    this.#problem = undefined
  }
  /** Whether rows with the same text stand side by side. */
  get grouped(): boolean {
    return this.sort?.by.kind === 'alike'
  }

  /** The filters that are set, each with a way to remove it. */
  get chips(): Chip[] {
    const { labels, length } = this
    const problem = this.#problem
    return [
      ...labels.map((label) => ({ text: t.data.chipLabel(label), remove: () => this.toggleLabel(label) })),
      ...(length
        ? [
            {
              text: t.data.chipLength(count(length.from), count(length.to)),
              remove: () => void (this.length = undefined),
            },
          ]
        : []),
      ...(problem ? [{ text: t.data.chipProblem(problem.title), remove: () => this.#dropProblem() }] : []),
    ]
  }
  get query(): DataQuery {
    const { search, labels, length, states, sort } = this
    const problem = this.#problem?.problem
    const filters: DataFilter[] = [
      ...(labels.length > 0 ? [{ kind: 'label' as const, values: [...labels] }] : []),
      ...(length ? [{ kind: 'length' as const, ...length }] : []),
      ...(problem === undefined ? [] : [{ kind: 'problem' as const, problem }]),
    ]
    return { search, filters, states: [...states], ...(sort ? { sort } : {}) }
  }
}
