// Splits examples into rows to learn from, rows to stop by, and rows that neither ever sees.
import { studioError } from '../../contract/errors/index.ts'
import type { Example, Split } from '../../contract/settings.ts'
import { createRandom, type Random } from '../random.ts'

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
 * has seen another's rows. Groups are taken label by label in seeded order: a quarter of each label's rows is held out,
 * 15 % validate, each at least one group and in all at most 500 (`heldOut`) and 200 rows; the rest trains.
 * Errors: 'data/one-label', 'data/too-many-labels', 'data/label-too-rare'.
 */
export function splitExamples(examples: readonly Example[], { seed, heldOut = mostHeldOut }: SplitOptions): Split {
  const byLabel = groupsByLabel(examples)
  const [only] = byLabel.keys()
  if (byLabel.size < 2) throw studioError('data/one-label', only ?? '')
  if (byLabel.size > mostLabels) throw studioError('data/too-many-labels', byLabel.size, mostLabels)
  for (const [label, groups] of byLabel)
    if (groups.length < fewestTexts) throw studioError('data/label-too-rare', label, groups.length, fewestTexts)
  const share = (wanted: number, most: number): number => Math.min(wanted, most / examples.length)
  const shares = { heldOut: share(heldOutShare, heldOut), validation: share(validationShare, mostValidation) }
  const random = createRandom(seed)
  const split: { [part in keyof Split]: Example[] } = { train: [], validation: [], heldOut: [] }
  for (const groups of byLabel.values()) deal(groups, shares, random, split)
  const inOrder = (rows: Example[]): Example[] => rows.sort((a, b) => a.row - b.row)
  return { train: inOrder(split.train), validation: inOrder(split.validation), heldOut: inOrder(split.heldOut) }
}

type Group = readonly Example[]

/** Groups of equal texts, under the label of their first row; labels in alphabetical order. */
function groupsByLabel(examples: readonly Example[]): Map<string, Group[]> {
  const groups = Map.groupBy(examples, ({ text }) => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim())
  const byLabel = Map.groupBy(groups.values(), ([first]) => first?.label ?? '')
  return new Map([...byLabel].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Deals one label's groups out: one for each of the small parts first, then up to their shares of its rows. */
function deal(
  groups: readonly Group[],
  shares: { readonly heldOut: number; readonly validation: number },
  random: Random,
  split: { [part in keyof Split]: Example[] },
): void {
  const rows = groups.reduce((sum, group) => sum + group.length, 0)
  const left = [...random.shuffle(groups)]
  for (const part of ['heldOut', 'validation'] as const) {
    const wanted = Math.round(rows * shares[part])
    let taken = 0
    do {
      const group = left.pop()
      if (group === undefined) break
      split[part].push(...group)
      taken += group.length
    } while (taken < wanted && left.length > 1)
  }
  for (const group of left) split.train.push(...group)
}
