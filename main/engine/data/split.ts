// Splits examples into rows to learn from, rows to stop by, and rows that neither ever sees.
import { studioError } from '../../contract/errors/index.ts'
import type { Example, Split } from '../../contract/settings.ts'
import { createRandom } from '../random.ts'
import { type Group, nearGroups, type Part } from './near-groups.ts'
import { textKey } from './text-key.ts'

export interface SplitOptions {
  readonly seed: number
  /** Held-out rows at most. */
  readonly test?: number
  /** False where answers are no labels: the rows are then of one kind. */
  readonly byLabel?: boolean
}

export interface HeldSplit extends Split {
  /** Rows that are nearly the same as rows of two parts: none may have them. */
  readonly leftOut: readonly Example[]
  /** Rows of the held-out and validation sides beyond their limits: they wait, for no row may change its side. */
  readonly reserved: readonly Example[]
}

const maxTest = 500
/** An answer that is written takes much longer to judge than a label. */
const maxGeneration = 200
const maxValidation = 200
const maxLabels = 200
/** A label needs different texts for each part. */
const minTexts = 3

/**
 * The rule: texts that are nearly the same (`nearGroups`) form a group that stays together, so that no part has seen
 * another's rows; a group counts under the label of its first row. Of each label's groups, in the table's order, a
 * seeded one of every four is held out, and three of twenty validate. What stands later in the table changes nothing for
 * what stands before it: a row keeps its side while the table grows, and a later row that is nearly the same as rows of
 * two sides is left out. Only a group that comes to fill the table is learned from whatever its side was. At most 500
 * (`test`) held-out and 200 validation rows are used, evenly over the labels, but one group of each label at least.
 * Errors: 'data/one-label', 'data/too-many-labels', 'data/label-too-rare'.
 */
export async function splitExamples(
  examples: readonly Example[],
  { seed, test, byLabel = true }: SplitOptions,
): Promise<HeldSplit> {
  if (byLabel) return splitByLabel(examples, seed, test ?? maxTest)
  const known = new Map(examples.map((example) => [example.row, example]))
  const alike = examples.map((example) => ({ ...example, label: '' }))
  const split = await splitAlike(alike, seed, test ?? maxGeneration)
  const back = (rows: readonly Example[]): Example[] => rows.flatMap(({ row }) => known.get(row) ?? [])
  return {
    train: back(split.train),
    validation: back(split.validation),
    test: back(split.test),
    leftOut: back(split.leftOut),
    reserved: back(split.reserved),
  }
}

async function splitByLabel(examples: readonly Example[], seed: number, test: number): Promise<HeldSplit> {
  const labels = new Set(examples.map(({ label }) => label))
  const [only] = labels
  if (labels.size < 2) throw studioError('data/one-label', only ?? '')
  if (labels.size > maxLabels) throw studioError('data/too-many-labels', labels.size, maxLabels)
  return splitAlike(examples, seed, test)
}

/** By the labels that there are, be it one. */
async function splitAlike(examples: readonly Example[], seed: number, test: number): Promise<HeldSplit> {
  const labels = new Set(examples.map(({ label }) => label))
  const dealers = new Map([...labels].map((label) => [label, dealer(seed, label)]))
  const { groups, leftOut } = await nearGroups(examples, minTexts, (label) => dealers.get(label)?.() ?? 'train')
  const byLabel = Map.groupBy(groups, ({ label }) => label)
  for (const label of [...labels].sort()) {
    const has = byLabel.get(label)?.length ?? 0
    if (has < minTexts) throw studioError('data/label-too-rare', label, has, minTexts)
  }
  const side = (part: Part): Group[] => groups.filter((group) => group.side === part)
  const [testRows, stopping] = [evenly(side('test'), test), evenly(side('validation'), maxValidation)]
  return {
    train: rowsOf(side('train')),
    validation: rowsOf(stopping.taken),
    test: rowsOf(testRows.taken),
    leftOut,
    reserved: rowsOf([...testRows.left, ...stopping.left]),
  }
}

const rowsOf = (groups: readonly Group[]): Example[] => groups.flatMap(({ rows }) => rows).sort((a, b) => a.row - b.row)

/** Deals a label's groups their sides, one after the other: the first three have one of each. */
function dealer(seed: number, label: string): () => Part {
  const random = createRandom(seed ^ textKey(label))
  let round: Part[] = []
  let validating = new Set<number>()
  let fours = 0
  return () => {
    if (round.length === 0) {
      if (fours % 5 === 0) validating = new Set([0, ...random.shuffle([1, 2, 3, 4]).slice(0, 2)])
      const rest: Part[] = ['test', validating.has(fours % 5) ? 'validation' : 'train', 'train']
      round = fours++ === 0 ? ['train', ...random.shuffle(rest)] : random.shuffle<Part>([...rest, 'train'])
    }
    return round.pop() ?? 'train'
  }
}

/** Groups up to so many rows, round by round one of each label; the first round whatever its size. */
function evenly(groups: readonly Group[], most: number): { readonly taken: Group[]; readonly left: Group[] } {
  const rounds = [...Map.groupBy(groups, ({ label }) => label).values()].flatMap((some) =>
    some.map((group, round) => ({ group, round })),
  )
  const [taken, left]: [Group[], Group[]] = [[], []]
  let rows = 0
  for (const { group, round } of rounds.sort((a, b) => a.round - b.round)) {
    const fits = round === 0 || rows + group.rows.length <= most
    ;(fits ? taken : left).push(group)
    if (fits) rows += group.rows.length
  }
  return { taken, left }
}
