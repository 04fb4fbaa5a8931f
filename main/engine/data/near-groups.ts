// Groups examples whose texts are nearly the same, and assigns each group to a set that later rows cannot change.
import type { Example, Split } from '../../contract/settings.ts'
import { breather } from '../breather.ts'
import { createKeyIndex } from './key-index.ts'
import { createNearTexts, likeness, NEAR, plainText } from './min-hash.ts'
import { textKey } from './text-key.ts'

export type Part = keyof Split

export interface Group {
  /** Of its first row. */
  readonly label: string
  readonly side: Part
  readonly rows: Example[]
}

/** A text with all its rows. */
interface Text {
  readonly label: string
  readonly rows: [Example, ...Example[]]
  /** Places of earlier texts that are nearly the same; undefined where there is none, as of most of millions. */
  near: number[] | undefined
}

/** Made anew where it is needed: millions of texts would lie in memory twice. */
const plainOf = ({ rows: [first] }: Text): string => plainText(first.text)

/** Calls between two looks at the clock. */
const CALLS_PER_LOOK = 64

/**
 * Examples in the table's order; `deal` gives the set of a label's next group, which begins with this row. A text near an earlier one joins its
 * group; one near rows of two sets is left out with all its rows. A chain of near texts of more than a twentieth of the
 * table (at least 20 rows, at most 200) goes to training whole, where `minimum` other groups of its label remain.
 */
export async function nearGroups(
  examples: readonly Example[],
  minimum: number,
  deal: (label: string, first: Example) => Part,
): Promise<{ readonly groups: readonly Group[]; readonly leftOut: readonly Example[] }> {
  const texts = await differentTexts(examples)
  const chains = createChains(texts)
  const maxChain = largestChain(examples)
  await findNear(texts, chains, maxChain)
  const large = largeChains(texts, chains, maxChain, minimum)
  const groupAt = new Map<number, Group>()
  const groups: Group[] = []
  const leftOut: Example[] = []
  const begin = (label: string, side: Part): Group => {
    const group: Group = { label, side, rows: [] }
    groups.push(group)
    return group
  }
  const largeGroups = new Map<number, Group>()
  texts.forEach(({ label, rows, near }, place) => {
    const chain = chains.find(place)
    let group = largeGroups.get(chain)
    if (!group && large.has(chain)) largeGroups.set(chain, (group = begin(label, 'train')))
    if (!group) {
      const known = near?.flatMap((other) => groupAt.get(other) ?? []) ?? []
      if (new Set(known.map(({ side }) => side)).size > 1) return void leftOut.push(...rows)
      group = known[0] ?? begin(label, deal(label, rows[0]))
    }
    groupAt.set(place, group)
    group.rows.push(...rows)
  })
  return { groups, leftOut }
}

/** Texts that are nearly the same, with all rows of each, in the table's order. */
export interface NearChain {
  /** Of its first row. */
  readonly label: string
  readonly rows: readonly Example[]
  /** Whether it is too large to be held out: see `nearGroups`. */
  readonly isLarge: boolean
}

/** The chains of near texts, whole: a text that is near none is a chain by itself. `minimum` as that of `nearGroups`. */
export async function nearChains(examples: readonly Example[], minimum: number): Promise<readonly NearChain[]> {
  const texts = await differentTexts(examples)
  const chains = createChains(texts)
  const maxChain = largestChain(examples)
  // All near texts are found, also those of a chain that is large already.
  await findNear(texts, chains, Infinity)
  const large = largeChains(texts, chains, maxChain, minimum)
  const byChain = Map.groupBy(texts.keys(), (place) => chains.find(place))
  return [...byChain].map(([chain, places]) => {
    const rows = places.flatMap((place) => texts[place]?.rows ?? []).sort((a, b) => a.row - b.row)
    return { label: texts[places[0] ?? 0]?.label ?? '', rows, isLarge: large.has(chain) }
  })
}

/** Rows of a chain that is not large. */
const largestChain = ({ length }: readonly Example[]): number => Math.min(200, Math.max(20, length / 20))

async function differentTexts(examples: readonly Example[]): Promise<Text[]> {
  const texts: Text[] = []
  const places = createKeyIndex()
  const breathe = breather(CALLS_PER_LOOK)
  for (const example of examples) {
    const place = places.of(textKey(example.text))
    const known = texts[place]
    if (known) known.rows.push(example)
    else texts.push({ label: example.label, rows: [example], near: undefined })
    const turn = breathe()
    if (turn) await turn
  }
  return texts
}

/** Four standard errors of an estimate from 64 bins. */
const UNSURE = 0.2

/** Fills in `near`, except for texts of a chain that is too large already. */
async function findNear(texts: readonly Text[], chains: Chains, maxChain: number): Promise<void> {
  const index = createNearTexts()
  const breathe = breather(CALLS_PER_LOOK)
  for (const text of texts) {
    index.add(plainOf(text))
    const turn = breathe()
    if (turn) await turn
  }
  for (const [earlier, later] of index.candidates()) {
    const turn = breathe()
    if (turn) await turn
    if (!index.resemble(earlier, later, NEAR - UNSURE)) continue
    const [a, b] = [texts[earlier], texts[later]]
    if (!a || !b || b.near?.includes(earlier)) continue
    const chain = chains.find(later)
    if (chain === chains.find(earlier) && chains.rows(chain) > maxChain) continue
    if (likeness(plainOf(a), plainOf(b)) < NEAR) continue
    ;(b.near ??= []).push(earlier)
    chains.join(earlier, later)
  }
}

/** Chains of more rows than `maxChain`, unless too few groups of their label would be left. */
function largeChains(texts: readonly Text[], chains: Chains, maxChain: number, minimum: number): Set<number> {
  const roots = new Map<number, string>()
  texts.forEach(({ label }, place) => {
    const root = chains.find(place)
    if (!roots.has(root)) roots.set(root, label)
  })
  const isLarge = (root: number): boolean => chains.rows(root) > maxChain
  const ordinary = new Map<string, number>()
  for (const [root, label] of roots) if (!isLarge(root)) ordinary.set(label, (ordinary.get(label) ?? 0) + 1)
  return new Set(
    [...roots].flatMap(([root, label]) => (isLarge(root) && (ordinary.get(label) ?? 0) >= minimum ? [root] : [])),
  )
}

/** Which texts hang together through others (union-find, Tarjan 1975). */
interface Chains {
  find(place: number): number
  join(a: number, b: number): void
  /** Rows of the chain with this root. */
  rows(root: number): number
}

function createChains(texts: readonly Text[]): Chains {
  const parent = Uint32Array.from({ length: texts.length }, (_, place) => place)
  const rows = Float64Array.from(texts, (text) => text.rows.length)
  const find = (place: number): number => {
    let at = place
    while (parent[at] !== at) at = parent[at] = parent[parent[at] ?? at] ?? at
    return at
  }
  return {
    find,
    rows: (root) => rows[root] ?? 0,
    join(a, b) {
      const [first, second] = [find(a), find(b)]
      if (first === second) return
      parent[second] = first
      rows[first] = (rows[first] ?? 0) + (rows[second] ?? 0)
    },
  }
}
