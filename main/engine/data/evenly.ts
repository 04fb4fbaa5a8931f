// Takes as many rows as are wanted, evenly over the labels.
import type { Example } from '../../contract/settings.ts'

interface LabelledGroup {
  readonly label: string
  readonly rows: readonly Example[]
}

export interface Chosen<G> {
  readonly taken: readonly G[]
  readonly left: readonly G[]
}

/** Groups of `maxRows` rows at most, round by round one of each label; the first round whatever its size. */
export function evenly<G extends LabelledGroup>(groups: readonly G[], maxRows: number): Chosen<G> {
  const rounds = [...Map.groupBy(groups, ({ label }) => label).values()].flatMap((some) =>
    some.map((group, round) => ({ group, round })),
  )
  const [taken, left]: [G[], G[]] = [[], []]
  let rows = 0
  for (const { group, round } of rounds.sort((a, b) => a.round - b.round)) {
    const fits = round === 0 || rows + group.rows.length <= maxRows
    ;(fits ? taken : left).push(group)
    if (fits) rows += group.rows.length
  }
  return { taken, left }
}
