// The answers of one prompt in an order, fetched page by page as they are shown.
import type { Input, LabelledRow } from '../../../../main/contract/service.ts'
import { studio } from '../../client/studio.ts'

const PAGE = 100

export type AnswerQuery = Omit<Input<'labellings.rows'>, 'from' | 'count'>

export class AnswerPages {
  #query: AnswerQuery | undefined
  #total = $state(0)
  #known = $state(false)
  #error = $state.raw<Error>()
  #pages = $state.raw<Readonly<Record<number, readonly LabelledRow[]>>>({})
  #asked: Readonly<Record<number, boolean>> = {}
  #visible = { first: 0, count: PAGE }
  /** Goes up with every query and change, so that a late answer to an earlier one is dropped. */
  #version = 0

  get total(): number {
    return this.#total
  }
  /** Whether the first page has arrived. */
  get known(): boolean {
    return this.#known
  }
  get error(): Error | undefined {
    return this.#error
  }
  /** Undefined until its page has arrived. */
  row(index: number): LabelledRow | undefined {
    return this.#pages[Math.floor(index / PAGE)]?.[index % PAGE]
  }
  /** Shows what a query finds; the rows of the one before stay until then. */
  show(query: AnswerQuery): void {
    this.#query = query
    this.#version += 1
    this.#asked = {}
    void this.#fetch(Math.floor(this.#visible.first / PAGE), true)
  }
  want(first: number, count: number): void {
    this.#visible = { first, count }
    for (let page = Math.floor(first / PAGE); page <= Math.floor((first + count) / PAGE); page++)
      if (page * PAGE < this.#total && this.#asked[page] !== true) void this.#fetch(page, false)
  }

  async #fetch(page: number, fresh: boolean): Promise<void> {
    const [query, version] = [this.#query, this.#version]
    if (!query) return
    this.#asked = { ...this.#asked, [page]: true }
    try {
      const found = await studio.call('labellings.rows', { ...query, from: page * PAGE, count: PAGE })
      if (version !== this.#version) return
      this.#pages = { ...(fresh ? {} : this.#pages), [page]: found.rows }
      this.#total = found.total
      this.#known = true
      this.#error = undefined
      if (fresh) this.want(this.#visible.first, this.#visible.count)
    } catch (reason) {
      if (version !== this.#version) return
      this.#asked = { ...this.#asked, [page]: false }
      this.#error = reason as Error
    }
  }
}
