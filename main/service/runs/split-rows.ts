// Splits a version's rows for a run: which are learned from, checked on and kept for the test, and what they are like.
import { studioError } from '../../contract/errors/index.ts'
import type { SplitRows } from '../../contract/records.ts'
import type { Input } from '../../contract/service.ts'
import type { Example } from '../../contract/settings.ts'
import { fewRows, usualFolds } from '../../engine/data/folds.ts'
import { splitExamples } from '../../engine/data/split.ts'
import { subsetOf } from '../../engine/data/subset.ts'
import type { Tables } from '../../engine/store/store.ts'
import { scoresLabels } from '../../engine/task/index.ts'
import { splitOfFold } from '../../engine/train/fold-splits.ts'
import { type DataShape, shapeOf } from '../../engine/train/from-data.ts'
import { loadExamples, splitFromRows, splitRows } from '../data/examples.ts'
import { findRun } from '../lookup.ts'

export type RowsSource = Pick<
  Input<'runs.plan'>,
  'dataset' | 'version' | 'text' | 'label' | 'context' | 'test' | 'rowsOf' | 'share'
> & { readonly settings: Pick<Input<'runs.plan'>['settings'], 'task' | 'seed' | 'folds'> }

export interface PlannedRows {
  readonly split: SplitRows
  /** Sorted; empty where answers are generated. */
  readonly labels: readonly string[]
  /** How many rows are in none of the three sets: near duplicates of rows in two of them. */
  readonly leftOut: number
  /** How many rows the sets have no room for. */
  readonly unused: number
  /** The shape of the training rows; with folds, of the first one's. */
  readonly shape: Omit<DataShape, 'hidden'>
}

/**
 * Few rows are cross-validated unless the settings say otherwise. Reads all rows, in the time of some passes over them: 1,000,000 rows take a minute, so it is work for a process
 * of its own. Errors: 'data/no-examples', 'store/missing', 'run/no-column', 'run/other-rows', those of `splitExamples`.
 */
export async function planRows(store: Tables, source: RowsSource): Promise<PlannedRows> {
  const { dataset, version, text, label, context = '', test, rowsOf, share, settings } = source
  const { task = 'classification', seed = 0, folds } = settings
  const examples = await loadExamples(store, { dataset, version, text, label, context, task })
  if (examples.length === 0) throw studioError('data/no-examples', text, label)
  const unseen = await unseenRows(store, dataset, examples)
  const byLabel = scoresLabels(settings)
  const labels = byLabel ? [...new Set(examples.map((example) => example.label))].sort() : []
  const { leftOut, reserved, ...whole } =
    rowsOf === undefined
      ? await splitExamples(examples, {
          ...{ seed, byLabel, unseen, folds: folds ?? (examples.length - unseen.size < fewRows ? usualFolds : 0) },
          ...(test === undefined ? {} : { test }),
        })
      : { ...splitFromRows(examples, await splitOf(store, rowsOf, source)), leftOut: [], reserved: [] }
  const split = share === undefined ? whole : { ...whole, train: subsetOf(whole.train, { share, seed, byLabel }) }
  // Steps and batches have to suit the prompts that judge: they learn from fewer rows than the one that is kept.
  const { hidden: _, ...shape } = shapeOf(split.folds ? splitOfFold(split, 0) : split, labels.length, 0)
  return { split: splitRows(split), labels, leftOut: leftOut.length, unused: reserved.length, shape }
}

/** Those whose present answer a prompt gave, and nobody has looked at. */
async function unseenRows(store: Tables, dataset: number, examples: readonly Example[]): Promise<ReadonlySet<number>> {
  const answers = await store.unseenAnswers.of(dataset)
  return new Set(examples.flatMap(({ row, label }) => (answers.get(row) === label ? [row] : [])))
}

/** The same split as another run's. Errors: 'store/missing', 'run/other-rows'. */
async function splitOf(
  store: Tables,
  name: string,
  { dataset, version }: Pick<RowsSource, 'dataset' | 'version'>,
): Promise<SplitRows> {
  const run = await findRun(store, name)
  if (run.dataset !== dataset || run.version !== version) throw studioError('run/other-rows', run.name)
  return store.runs.split(run.id)
}
