// Some of the training rows, to see what more of them bring.
import type { Example } from '../../contract/settings.ts'
import { createRandom } from '../random.ts'

/**
 * A share of the rows in their order, the same share of each label, at least one row of each. With one seed, those of a smaller
 * share are among those of a larger one. `byLabel`: false where answers are no labels. `share`: 0 < share <= 1.
 */
export function subsetOf(
  rows: readonly Example[],
  { share, seed, byLabel }: { readonly share: number; readonly seed: number; readonly byLabel: boolean },
): Example[] {
  const mixed = createRandom(seed).shuffle(rows)
  const groups = Map.groupBy(mixed, ({ label }) => (byLabel ? label : ''))
  const chosen = [...groups.values()].flatMap((group) => group.slice(0, Math.max(1, Math.round(share * group.length))))
  const taken = new Set(chosen.map(({ row }) => row))
  return rows.filter(({ row }) => taken.has(row))
}
