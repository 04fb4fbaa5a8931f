// Table checkpoints: all that a run needs to go on, its last state and its best vectors.
import type { Selectable } from 'kysely'
import type { Checkpoint, CheckpointFiles, FoldCheckpoint } from '../../../contract/compute.ts'
import { studioError } from '../../../contract/errors/index.ts'
import type { NamedTensors } from '../../../contract/tensor.ts'
import type { Db, Schema } from '../schema.ts'
import { openTensors, sealTensors } from '../tensors.ts'

const parts = ['tensors', 'first', 'second'] as const

const join = (checkpoint: FoldCheckpoint): NamedTensors =>
  Object.fromEntries(
    parts.flatMap((part) => Object.entries(checkpoint[part]).map(([name, tensor]) => [`${part}/${name}`, tensor])),
  )

const part = (all: NamedTensors, name: (typeof parts)[number]): NamedTensors =>
  Object.fromEntries(
    Object.entries(all).flatMap(([key, tensor]) =>
      key.startsWith(`${name}/`) ? [[key.slice(name.length + 1), tensor]] : [],
    ),
  )

/** The run's own prompt; those of its folds have the numbers from 1 on. */
const OWN = 0

type Row = Selectable<Schema['checkpoints']>

export const checkpointRepository = (db: Db) => ({
  /** Replaces the run's checkpoint. Call it in a transaction. */
  async save(run: number, checkpoint: Checkpoint): Promise<void> {
    const { step, stale, finished } = checkpoint
    const state = {
      ...{ step, loss: null, stale, finished: Number(finished), diverged: Number(checkpoint.diverged === true) },
      precomputes: checkpoint.precomputes === undefined ? null : Number(checkpoint.precomputes),
      files: checkpoint.files === undefined ? null : JSON.stringify(checkpoint.files),
    }
    for (const [fold, tensors] of [checkpoint, ...(checkpoint.folds ?? [])].entries()) {
      const last = { run, fold, kind: 'last' as const, ...state, ...sealTensors(join(tensors)) }
      await db.replaceInto('checkpoints').values(last).execute()
      await saveBest(db, { run, fold }, tensors)
    }
  },

  /** The run's checkpoint with its vectors. Error: 'store/damaged'. */
  async load(run: number): Promise<Checkpoint | undefined> {
    const rows = await db.selectFrom('checkpoints').selectAll().where('run', '=', run).orderBy('fold').execute()
    const own = rows.find(({ fold, kind }) => fold === OWN && kind === 'last')
    if (!own) return undefined
    const folds = [...new Set(rows.map(({ fold }) => fold))].filter((fold) => fold !== OWN)
    return {
      ...tensorsOf(rows, run, OWN),
      step: own.step,
      stale: own.stale,
      finished: own.finished === 1,
      ...(own.diverged === 1 ? { diverged: true as const } : {}),
      ...(own.precomputes === null ? {} : { precomputes: own.precomputes === 1 }),
      ...(own.files === null ? {} : { files: JSON.parse(own.files) as CheckpointFiles }),
      ...(folds.length === 0 ? {} : { folds: folds.map((fold) => tensorsOf(rows, run, fold)) }),
    }
  },

  /** The step that a resumed run goes on from, without reading vectors. */
  async step(run: number): Promise<number | undefined> {
    const own = db.selectFrom('checkpoints').select('step').where('run', '=', run).where('fold', '=', OWN)
    return (await own.where('kind', '=', 'last').executeTakeFirst())?.step
  },
})

/** Keeps the best tensors of a prompt where they are others than before. */
async function saveBest(db: Db, of: Pick<Row, 'run' | 'fold'>, { best }: FoldCheckpoint): Promise<void> {
  const isBest = { ...of, kind: 'best' as const }
  const stored = db
    .selectFrom('checkpoints')
    .select(['step', 'loss'])
    .where(({ and }) => and(isBest))
  const known = await stored.executeTakeFirst()
  if (!best)
    await db
      .deleteFrom('checkpoints')
      .where(({ and }) => and(isBest))
      .execute()
  else if (known?.step !== best.step || known.loss !== best.loss) {
    const unused = { stale: 0, finished: 0, diverged: 0, precomputes: null, files: null }
    const row = { ...isBest, ...unused, step: best.step, loss: best.loss, ...sealTensors(best.tensors) }
    await db.replaceInto('checkpoints').values(row).execute()
  }
}

/** The tensors of one prompt. Error: 'store/damaged'. */
function tensorsOf(rows: readonly Row[], run: number, fold: number): FoldCheckpoint {
  const of = (kind: Row['kind']): Row | undefined => rows.find((row) => row.fold === fold && row.kind === kind)
  const what = `The checkpoint of run ${String(run)}`
  const [last, best] = [of('last'), of('best')]
  if (!last) throw studioError('store/damaged', what)
  const all = openTensors(last, what)
  return {
    tensors: part(all, 'tensors'),
    first: part(all, 'first'),
    second: part(all, 'second'),
    best: best && { step: best.step, loss: best.loss ?? Infinity, tensors: openTensors(best, what) },
  }
}
