// Views that windows look at rows through: lists of row numbers, so that any page of a million is at hand.
import { studioError } from '../../contract/errors/index.ts'

export interface View {
  readonly dataset: number
  /** Undefined = whatever is newest. */
  readonly version: number | undefined
  readonly rows: Uint32Array
}

/** Views at most; a window requests a dropped one again. */
const MAX_VIEWS = 12

export interface Views {
  add(view: View): number
  /** Error: 'data/view-gone'. */
  get(id: number): View
}

export function createViews(): Views {
  const views = new Map<number, View>()
  let last = 0
  return {
    add(view) {
      views.set(++last, view)
      for (const id of views.keys()) if (views.size > MAX_VIEWS) views.delete(id)
      return last
    },
    get(id) {
      const view = views.get(id)
      if (!view) throw studioError('data/view-gone')
      views.delete(id)
      views.set(id, view)
      return view
    },
  }
}
