// Splits examples into rows to learn from, rows to stop by, and rows that neither ever sees.
import { studioError } from '../../contract/errors/index.ts'
import type { Example, Split } from '../../contract/settings.ts'
import { createRandom } from '../random.ts'

export interface SplitOptions {
  readonly seed: number
  /** Held-out rows at most. */
  readonly heldOut?: number
}

const validationShare = 0.15
const heldOutShare = 0.25
const mostValidation = 200
const mostHeldOut = 500
const mostLabels = 200
/** A label needs different texts for each part. */
const fewestTexts = 3

/**
 * The rule: rows with the same text (but for case and white space) form a group that stays together, so that no part
 * has seen another's rows; a group counts under the label of its first row. Of each label, in seeded order, a quarter
 * of the texts is held out and 15 % validate, and no more than that share of its rows: a text that fills the table is
 * learned from. In all at most 500 (`heldOut`) and 200 rows; only the one text of each label that every part must have
 * may exceed a limit. Errors: 'data/one-label', 'data/too-many-labels', 'data/label-too-rare'.
 */
export function splitExamples(examples: readonly Example[], { seed, heldOut = mostHeldOut }: SplitOptions): Split {
  const byLabel = groupsByLabel(examples)
  const [only] = byLabel.keys()
  if (byLabel.size < 2) throw studioError('data/one-label', only ?? '')
  if (byLabel.size > mostLabels) throw studioError('data/too-many-labels', byLabel.size, mostLabels)
  for (const [label, groups] of byLabel)
    if (groups.length < fewestTexts) throw studioError('data/label-too-rare', label, groups.length, fewestTexts)
  const all = { rows: examples.length, labels: byLabel.size }
  const heldOutCount = counter(heldOutShare, heldOut, all)
  const validationCount = counter(validationShare, mostValidation, all)
  const random = createRandom(seed)
  const split: { [part in keyof Split]: Example[] } = { train: [], validation: [], heldOut: [] }
  for (const groups of byLabel.values()) {
    const rows = rowsOf(groups)
    const first = take(random.shuffle(groups), heldOutCount(groups.length), heldOutCount(rows))
    const second = take(first.left, validationCount(groups.length), validationCount(rows))
    split.heldOut.push(...first.taken.flat())
    split.validation.push(...second.taken.flat())
    split.train.push(...second.left.flat())
  }
  const inOrder = (rows: Example[]): Example[] => rows.sort((a, b) => a.row - b.row)
  return { train: inOrder(split.train), validation: inOrder(split.validation), heldOut: inOrder(split.heldOut) }
}

type Group = readonly Example[]

const rowsOf = (groups: readonly Group[]): number => groups.reduce((sum, group) => sum + group.length, 0)

/** Groups of equal texts, under the label of their first row; every label, in alphabetical order. */
function groupsByLabel(examples: readonly Example[]): Map<string, Group[]> {
  const labels = [...new Set(examples.map(({ label }) => label))].sort((a, b) => (a < b ? -1 : 1))
  const byLabel = new Map<string, Group[]>(labels.map((label) => [label, []]))
  const groups = Map.groupBy(examples, ({ text }) => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim())
  for (const group of groups.values()) byLabel.get(group[0]?.label ?? '')?.push(group)
  return byLabel
}

/** How many of a label's are a share of them; rounded down where all labels together might exceed the limit else. */
function counter(
  share: number,
  limit: number,
  { rows, labels }: { readonly rows: number; readonly labels: number },
): (count: number) => number {
  if (share * rows + labels / 2 <= limit) return (count) => Math.round(count * share)
  const most = Math.min(share, limit / rows)
  return (count) => Math.floor(count * most + 1e-9)
}

interface Taken {
  readonly taken: readonly Group[]
  readonly left: readonly Group[]
}

/** From the end: groups up to so many and up to so many rows, or where none is small enough, the smallest. */
function take(groups: readonly Group[], most: number, mostRows: number): Taken {
  const taken = new Set<Group>()
  let rows = 0
  for (const group of groups.toReversed()) {
    if (taken.size >= most) break
    if (rows + group.length > mostRows) continue
    taken.add(group)
    rows += group.length
  }
  if (taken.size === 0) taken.add(groups.reduceRight((least, group) => (group.length < least.length ? group : least)))
  return { taken: [...taken], left: groups.filter((group) => !taken.has(group)) }
}
