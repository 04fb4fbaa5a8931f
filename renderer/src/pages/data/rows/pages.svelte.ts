// The visible rows of a view of any length, fetched page by page, with a cache of the latest pages.
import type { ViewedRow } from '../../../../../main/contract/service.ts'
import { studio } from '../../../client/studio.ts'

const PAGE = 100
/** Pages in the cache: scrolling back a little needs no request. */
const MAX_PAGES = 30
/** The latest pages, which are fetched again when rows have changed. */
const FRESH = 6

export class Pages {
  #view = 0
  #total = $state(0)
  /** The number of pages that have arrived: components that show rows depend on it. */
  #arrived = $state(0)
  #pages: Record<number, readonly ViewedRow[]> = {}
  /** The cached pages, the latest at the end. */
  #order: number[] = []
  #pending: Record<number, boolean> = {}
  #visible = { first: 0, count: 0 }

  get total(): number {
    return this.#total
  }
  get view(): number {
    return this.#view
  }
  /** Shows another view; rows of the old one stay visible until the new ones arrive. */
  show(view: number, rows: number): void {
    this.#view = view
    this.#total = rows
    this.#pages = {}
    this.#order = []
    this.#pending = {}
    this.#arrived += 1
    this.want(this.#visible.first, this.#visible.count)
  }
  /** Fetches the latest pages again and drops the others, because rows have changed. */
  async refresh(): Promise<void> {
    await Promise.all(this.#order.slice(-FRESH).map((page) => this.#fetch(page)))
    this.#keep(FRESH)
  }
  /** A row of the view; undefined until its page has arrived. */
  row(index: number): ViewedRow | undefined {
    void this.#arrived
    return this.#pages[Math.floor(index / PAGE)]?.[index % PAGE]
  }
  /** Fetches the pages of these rows unless they are cached. */
  want(first: number, count: number): void {
    this.#visible = { first, count }
    for (let page = Math.floor(first / PAGE); page <= Math.floor((first + count) / PAGE); page++)
      if (page * PAGE < this.#total && !this.#pages[page] && this.#pending[page] !== true) void this.#fetch(page)
  }

  async #fetch(page: number): Promise<void> {
    const view = this.#view
    const pending = this.#pending
    pending[page] = true
    try {
      const rows = await studio.call('data.page', { view, from: page * PAGE, count: PAGE })
      if (view !== this.#view) return
      this.#pages[page] = rows
      this.#order = [...this.#order.filter((each) => each !== page), page]
      this.#keep(MAX_PAGES)
      this.#arrived += 1
    } catch {
      // The next scroll tries again.
    } finally {
      pending[page] = false
    }
  }
  #keep(count: number): void {
    for (const page of this.#order.slice(0, -count)) this.#pages = without(this.#pages, page)
    this.#order = this.#order.slice(-count)
  }
}

const without = <T>(record: Readonly<Record<number, T>>, key: number): Record<number, T> =>
  Object.fromEntries(Object.entries(record).filter(([each]) => Number(each) !== key))
