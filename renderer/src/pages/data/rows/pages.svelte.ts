// The rows in sight of a view of any length, fetched a page at a time and kept for a while.
import type { ViewedRow } from '../../../../../main/contract/service.ts'
import { studio } from '../../../client/studio.ts'

const PAGE = 100
/** Pages kept: scrolling back a little asks nothing. */
const KEPT = 30

export function createPages() {
  let view = 0
  let total = $state(0)
  /** Grows with every page that arrives: what shows rows reads it. */
  let arrived = $state(0)
  let pages: Record<number, readonly ViewedRow[]> = {}
  let order: number[] = []
  let asked: Record<number, boolean> = {}
  /** What is in sight. */
  let sight = { first: 0, count: 0 }

  function want(first: number, count: number): void {
    sight = { first, count }
    for (let page = Math.floor(first / PAGE); page <= Math.floor((first + count) / PAGE); page++)
      if (page * PAGE < total && !pages[page] && asked[page] !== true) void fetchPage(page)
  }

  async function fetchPage(page: number): Promise<void> {
    const of = view
    const waiting = asked
    waiting[page] = true
    try {
      const rows = await studio.call('data.page', { view: of, from: page * PAGE, count: PAGE })
      if (of !== view) return
      pages[page] = rows
      order = [...order.filter((each) => each !== page), page]
      for (const old of order.slice(0, -KEPT)) pages = without(pages, old)
      order = order.slice(-KEPT)
      arrived += 1
    } catch {
      // The next scroll asks again.
    } finally {
      waiting[page] = false
    }
  }

  return {
    get total(): number {
      return total
    },
    get view(): number {
      return view
    },
    /** Shows another view; rows of the old one stay in sight until the new ones come. */
    show(next: number, rows: number): void {
      view = next
      total = rows
      pages = {}
      order = []
      asked = {}
      arrived += 1
      want(sight.first, sight.count)
    },
    /** Asks again for all pages that are kept: their rows have changed. */
    async refresh(): Promise<void> {
      await Promise.all(order.slice(-6).map(fetchPage))
      const fresh = order.slice(-6)
      for (const page of order) if (!fresh.includes(page)) pages = without(pages, page)
      order = fresh
    },
    /** Undefined while it is on its way. */
    row(index: number): ViewedRow | undefined {
      void arrived
      return pages[Math.floor(index / PAGE)]?.[index % PAGE]
    },
    /** Sees to it that these are fetched. */
    want,
  }
}

const without = <T>(record: Readonly<Record<number, T>>, key: number): Record<number, T> =>
  Object.fromEntries(Object.entries(record).filter(([each]) => Number(each) !== key))

export type Pages = ReturnType<typeof createPages>
