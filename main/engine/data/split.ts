// Splits examples into a training, a validation and a test set that share no text.
import { studioError } from '../../contract/errors/index.ts'
import type { Example, Split } from '../../contract/settings.ts'
import { createRandom } from '../random.ts'
import { type Chosen, evenly } from './evenly.ts'
import { foldExamples, leastFolds } from './folds.ts'
import { type Group, nearGroups, type Part } from './near-groups.ts'
import { textKey } from './text-key.ts'

export interface SplitOptions {
  readonly seed: number
  /** Rows of the test set at most. */
  readonly test?: number
  /** False where answers are no labels: all rows are then split as if they had the same label. */
  readonly byLabel?: boolean
  /** Folds for cross-validation; 0 or absent = one split. */
  readonly folds?: number
  /** Rows whose answers nobody has looked at: they are learned from, and never validated on or tested with. */
  readonly unseen?: ReadonlySet<number>
}

export interface HeldSplit extends Split {
  /** Rows that are nearly the same as rows of two sets: no set may have them. */
  readonly leftOut: readonly Example[]
  /** Rows of the sets beyond their limits: no run uses them, since no row may change its set. */
  readonly reserved: readonly Example[]
}

const maxTest = 500
/** A generated answer takes much longer to evaluate than a label. */
const maxGeneration = 200
const maxValidation = 200
/** A run of a thousand steps draws 16,000 rows: with more than these it would only take longer to begin. */
const maxTraining = 50_000
const maxLabels = 200
/** A label needs a different text for each set. */
const minTexts = 3

/**
 * The rule: texts that are nearly the same (`nearGroups`) form a group that stays together, so that no set contains
 * another's rows; a group counts under the label of its first row. Of each label's groups, in the table's order, one of
 * every four, chosen by the seed, goes to the test set, and three of twenty go to the validation set. Later rows of the
 * table change nothing for earlier ones: a row keeps its set while the table grows, and a later row that is nearly the
 * same as rows of two sets is left out. Only a group that grows to fill the table goes to training, whatever its set was.
 * At most 500 (`test`) test rows and 200 validation rows are used, evenly over the labels, but one group of each label
 * at least; and 50,000 training rows, drawn by the seed. With folds, the rule is that of `foldExamples`.
 * Errors: 'data/one-label', 'data/too-many-labels', 'data/label-too-rare'.
 */
export async function splitExamples(
  examples: readonly Example[],
  { seed, test, byLabel = true, folds = 0, unseen = none }: SplitOptions,
): Promise<HeldSplit> {
  if (byLabel) refuseLabels(examples)
  if (folds > 0) {
    const options = {
      seed,
      byLabel,
      test: test ?? (byLabel ? maxTest : maxGeneration),
      folds: Math.max(leastFolds, folds),
      unseen,
    }
    return { ...(await foldExamples(examples, options)), leftOut: [], reserved: [] }
  }
  if (byLabel) return splitAlike(examples, seed, test ?? maxTest, unseen)
  const known = new Map(examples.map((example) => [example.row, example]))
  const alike = examples.map((example) => ({ ...example, label: '' }))
  const split = await splitAlike(alike, seed, test ?? maxGeneration, unseen)
  const back = (rows: readonly Example[]): Example[] => rows.flatMap(({ row }) => known.get(row) ?? [])
  return {
    train: back(split.train),
    validation: back(split.validation),
    test: back(split.test),
    leftOut: back(split.leftOut),
    reserved: back(split.reserved),
  }
}

/** Errors: 'data/one-label', 'data/too-many-labels'. */
function refuseLabels(examples: readonly Example[]): void {
  const labels = new Set(examples.map(({ label }) => label))
  const [only] = labels
  if (labels.size < 2) throw studioError('data/one-label', only ?? '')
  if (labels.size > maxLabels) throw studioError('data/too-many-labels', labels.size, maxLabels)
}

/** By the labels that the examples have, even a single one. */
async function splitAlike(
  examples: readonly Example[],
  seed: number,
  test: number,
  unseen: ReadonlySet<number>,
): Promise<HeldSplit> {
  const labels = new Set(examples.map(({ label }) => label))
  const dealers = new Map([...labels].map((label) => [label, dealer(seed, label)]))
  const isSeen = ({ row }: Example): boolean => !unseen.has(row)
  const near = await nearGroups(examples, minTexts, (label, first) =>
    isSeen(first) ? (dealers.get(label)?.() ?? 'train') : 'train',
  )
  const isHeld = ({ side }: Group): boolean => side !== 'train'
  // What joined a group that is held out cannot be learned from either: it is nearly the same as the rows there.
  const groups = near.groups.map((group) => (isHeld(group) ? { ...group, rows: group.rows.filter(isSeen) } : group))
  const leftOut = [
    ...near.leftOut,
    ...near.groups.filter(isHeld).flatMap(({ rows }) => rows.filter((each) => !isSeen(each))),
  ]
  const byLabel = Map.groupBy(
    groups.filter(({ rows: [first] }) => first && isSeen(first)),
    ({ label }) => label,
  )
  for (const label of [...labels].sort()) {
    const has = byLabel.get(label)?.length ?? 0
    if (has < minTexts) throw studioError('data/label-too-rare', label, has, minTexts)
  }
  const side = (part: Part): Group[] => groups.filter((group) => group.side === part)
  const [testRows, validationRows] = [evenly(side('test'), test), evenly(side('validation'), maxValidation)]
  const trainRows = drawn(side('train'), seed)
  return {
    train: rowsOf(trainRows.taken),
    validation: rowsOf(validationRows.taken),
    test: rowsOf(testRows.taken),
    leftOut,
    reserved: rowsOf([...trainRows.left, ...validationRows.left, ...testRows.left]),
  }
}

const none: ReadonlySet<number> = new Set()

const rowsOf = (groups: readonly Group[]): Example[] => groups.flatMap(({ rows }) => rows).sort((a, b) => a.row - b.row)

/** Assigns a label's groups to sets, one after the other: of the first three, each goes to another set. */
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

/** Groups of `maxTraining` rows at most, by chance where there are more. */
function drawn(groups: readonly Group[], seed: number): Chosen<Group> {
  let rows = groups.reduce((sum, group) => sum + group.rows.length, 0)
  if (rows <= maxTraining) return { taken: groups, left: [] }
  rows = 0
  const [taken, left]: [Group[], Group[]] = [[], []]
  for (const group of createRandom(seed).shuffle(groups)) {
    const fits = rows + group.rows.length <= maxTraining
    ;(fits ? taken : left).push(group)
    if (fits) rows += group.rows.length
  }
  return { taken, left }
}
