// Table checkpoints: all that a run needs to go on, its last state and its best vectors.
import type { Checkpoint, CheckpointFiles } from '../../../contract/compute.ts'
import type { NamedTensors } from '../../../contract/tensor.ts'
import type { Db } from '../schema.ts'
import { openTensors, sealTensors } from '../tensors.ts'

const parts = ['tensors', 'first', 'second'] as const

const join = (checkpoint: Checkpoint): NamedTensors =>
  Object.fromEntries(
    parts.flatMap((part) => Object.entries(checkpoint[part]).map(([name, tensor]) => [`${part}/${name}`, tensor])),
  )

const part = (all: NamedTensors, name: (typeof parts)[number]): NamedTensors =>
  Object.fromEntries(
    Object.entries(all).flatMap(([key, tensor]) =>
      key.startsWith(`${name}/`) ? [[key.slice(name.length + 1), tensor]] : [],
    ),
  )

export const checkpointRepository = (db: Db) => ({
  /** Replaces the run's checkpoint. Call it in a transaction. */
  async save(run: number, checkpoint: Checkpoint): Promise<void> {
    const { step, stale, best } = checkpoint
    const finished = checkpoint.finished ? 1 : 0
    const precomputes = checkpoint.precomputes === undefined ? null : Number(checkpoint.precomputes)
    const diverged = checkpoint.diverged === true ? 1 : 0
    const state = { step, loss: null, stale, finished, diverged, precomputes }
    const files = checkpoint.files === undefined ? null : JSON.stringify(checkpoint.files)
    const last = { run, kind: 'last' as const, ...state, files, ...sealTensors(join(checkpoint)) }
    await db.replaceInto('checkpoints').values(last).execute()
    const stored = db
      .selectFrom('checkpoints')
      .select(['step', 'loss'])
      .where('run', '=', run)
      .where('kind', '=', 'best')
    const known = await stored.executeTakeFirst()
    if (!best) await db.deleteFrom('checkpoints').where('run', '=', run).where('kind', '=', 'best').execute()
    else if (known?.step !== best.step || known.loss !== best.loss) {
      const row = {
        run,
        kind: 'best' as const,
        step: best.step,
        loss: best.loss,
        stale: 0,
        finished: 0,
        diverged: 0,
        precomputes: null,
        files: null,
      }
      await db
        .replaceInto('checkpoints')
        .values({ ...row, ...sealTensors(best.tensors) })
        .execute()
    }
  },

  /** The run's checkpoint with its vectors. Error: 'store/damaged'. */
  async load(run: number): Promise<Checkpoint | undefined> {
    const rows = await db.selectFrom('checkpoints').selectAll().where('run', '=', run).execute()
    const last = rows.find(({ kind }) => kind === 'last')
    const best = rows.find(({ kind }) => kind === 'best')
    if (!last) return undefined
    const what = `The checkpoint of run ${String(run)}`
    const all = openTensors(last, what)
    return {
      step: last.step,
      tensors: part(all, 'tensors'),
      first: part(all, 'first'),
      second: part(all, 'second'),
      best: best && { step: best.step, loss: best.loss ?? Infinity, tensors: openTensors(best, what) },
      stale: last.stale,
      finished: last.finished === 1,
      ...(last.diverged === 1 ? { diverged: true as const } : {}),
      ...(last.precomputes === null ? {} : { precomputes: last.precomputes === 1 }),
      ...(last.files === null ? {} : { files: JSON.parse(last.files) as CheckpointFiles }),
    }
  },

  /** The step that a resumed run goes on from, without reading vectors. */
  async step(run: number): Promise<number | undefined> {
    const row = db.selectFrom('checkpoints').select('step').where('run', '=', run).where('kind', '=', 'last')
    return (await row.executeTakeFirst())?.step
  },
})
