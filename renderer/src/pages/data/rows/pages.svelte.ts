// The rows in sight of a view of any length, fetched a page at a time and kept for a while.
import type { ViewedRow } from '../../../../../main/contract/service.ts'
import { studio } from '../../../client/studio.ts'

const PAGE = 100
/** Pages kept: scrolling back a little asks nothing. */
const KEPT = 30
/** Pages asked for again when their rows have changed. */
const FRESH = 6

export class Pages {
  #view = 0
  #total = $state(0)
  /** Grows with every page that arrives: whoever shows rows reads it. */
  #arrived = $state(0)
  #pages: Record<number, readonly ViewedRow[]> = {}
  /** Those that are kept, the one that came last at the end. */
  #order: number[] = []
  #asked: Record<number, boolean> = {}
  #inSight = { first: 0, count: 0 }

  get total(): number {
    return this.#total
  }
  get view(): number {
    return this.#view
  }
  /** Shows another view; rows of the old one stay in sight until the new ones come. */
  show(view: number, rows: number): void {
    this.#view = view
    this.#total = rows
    this.#pages = {}
    this.#order = []
    this.#asked = {}
    this.#arrived += 1
    this.want(this.#inSight.first, this.#inSight.count)
  }
  /** Asks again for the pages that came last and forgets the others: their rows have changed. */
  async refresh(): Promise<void> {
    await Promise.all(this.#order.slice(-FRESH).map((page) => this.#fetch(page)))
    this.#keep(FRESH)
  }
  /** Undefined while it is on its way. */
  row(index: number): ViewedRow | undefined {
    void this.#arrived
    return this.#pages[Math.floor(index / PAGE)]?.[index % PAGE]
  }
  /** Sees to it that these are fetched. */
  want(first: number, count: number): void {
    this.#inSight = { first, count }
    for (let page = Math.floor(first / PAGE); page <= Math.floor((first + count) / PAGE); page++)
      if (page * PAGE < this.#total && !this.#pages[page] && this.#asked[page] !== true) void this.#fetch(page)
  }

  async #fetch(page: number): Promise<void> {
    const view = this.#view
    const asked = this.#asked
    asked[page] = true
    try {
      const rows = await studio.call('data.page', { view, from: page * PAGE, count: PAGE })
      if (view !== this.#view) return
      this.#pages[page] = rows
      this.#order = [...this.#order.filter((each) => each !== page), page]
      this.#keep(KEPT)
      this.#arrived += 1
    } catch {
      // The next scroll asks again.
    } finally {
      asked[page] = false
    }
  }
  #keep(count: number): void {
    for (const page of this.#order.slice(0, -count)) this.#pages = without(this.#pages, page)
    this.#order = this.#order.slice(-count)
  }
}

const without = <T>(record: Readonly<Record<number, T>>, key: number): Record<number, T> =>
  Object.fromEntries(Object.entries(record).filter(([each]) => Number(each) !== key))
