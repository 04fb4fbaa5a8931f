// Folds for cross-validation: every row is held out once, and no fold has nearly the same text as another.
import { studioError } from '../../contract/errors/index.ts'
import type { Example, Split } from '../../contract/settings.ts'
import { createRandom } from '../random.ts'
import { evenly } from './evenly.ts'
import { type NearChain, nearChains } from './near-groups.ts'
import { textKey } from './text-key.ts'

/** Fewer rows than these are cross-validated by default: a quarter of them would show only large differences. */
export const fewRows = 150

/** Folds by default (Kohavi 1995 finds little between 5 and 10, and each takes a run's time). */
export const usualFolds = 5

/** A fold answers, the next one chooses the step, and one is left to learn from; a label needs a text in each. */
export const leastFolds = 3

export interface FoldOptions {
  readonly seed: number
  /** Folds at most. */
  readonly folds: number
  /** Test rows at most. */
  readonly test?: number
  /** False where answers are no labels: all rows are then dealt as if they had the same label. */
  readonly byLabel?: boolean
  /** Rows whose answers nobody has looked at. */
  readonly unseen?: ReadonlySet<number>
}

/**
 * The rule: texts that hang together by being nearly the same stay together (`nearChains`), and count under the label of
 * their first row. Each label's groups are dealt one by one, in an order drawn by the seed, to the fold with the fewest rows of
 * this label, and among these with the fewest rows: folds are stratified, and equally large where groups are. A chain that
 * fills the table is in no fold: every prompt learns from it, and it judges none; so are groups of unseen rows alone, and
 * unseen rows in a fold are neither validated on nor tested with. There are no more folds than groups.
 * Error: 'data/label-too-rare'.
 */
export async function foldExamples(
  examples: readonly Example[],
  { seed, folds: wanted, test = Infinity, byLabel = true, unseen = new Set() }: FoldOptions,
): Promise<Split & Required<Pick<Split, 'folds'>>> {
  const labelOf = byLabel ? ({ label }: Pick<Example, 'label'>): string => label : () => ''
  const known = new Map(examples.map((example) => [example.row, example]))
  const alike = examples.map((example) => ({ ...example, label: labelOf(example) }))
  const isSeen = ({ row }: Example): boolean => !unseen.has(row)
  const chains = (await nearChains(alike, leastFolds)).filter(({ isLarge, rows }) => !isLarge && rows.some(isSeen))
  const byLabels = Map.groupBy(chains, ({ label }) => label)
  const labels = [...new Set(alike.map(({ label }) => label))].sort()
  for (const label of labels) {
    const has = byLabels.get(label)?.length ?? 0
    if (has < leastFolds) throw studioError('data/label-too-rare', label, has, leastFolds)
  }
  const folds: Fold[] = Array.from({ length: Math.min(wanted, chains.length) }, () => ({ rows: 0, groups: [] }))
  for (const label of labels) deal(byLabels.get(label) ?? [], folds, seed ^ textKey(label))
  const rowsOf = (groups: readonly NearChain[]): Example[] =>
    groups.flatMap(({ rows }) => rows.flatMap(({ row }) => known.get(row) ?? [])).sort((a, b) => a.row - b.row)
  const judged = rowsOf(folds.flatMap(({ groups }) => groups)).filter(isSeen)
  const tested = test < judged.length ? rowsOf(evenly(chains, test).taken).filter(isSeen) : judged
  return { train: [...examples], validation: judged, test: tested, folds: folds.map(({ groups }) => rowsOf(groups)) }
}

interface Fold {
  rows: number
  readonly groups: NearChain[]
}

/** Deals a label's groups. */
function deal(groups: readonly NearChain[], folds: readonly Fold[], seed: number): void {
  const random = createRandom(seed)
  const own = folds.map(() => 0)
  // Whoever comes first among equals is drawn, or the first folds would always be the larger ones.
  const order = random.shuffle(folds.map((_, at) => at))
  for (const group of random.shuffle(groups)) {
    const least = order.reduce((best, at) => (isEmptier(at, best) ? at : best))
    const fold = folds[least] as Fold
    fold.groups.push(group)
    fold.rows += group.rows.length
    own[least] = (own[least] ?? 0) + group.rows.length
  }

  function isEmptier(at: number, than: number): boolean {
    const [a, b] = [own[at] ?? 0, own[than] ?? 0]
    return a < b || (a === b && (folds[at]?.rows ?? 0) < (folds[than]?.rows ?? 0))
  }
}
