// What a run leaves in the database: checkpoints, prompts, evaluations.
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { Checkpoint, Evaluation, FoldCheckpoint, TunedPrompt } from '../../../main/contract/compute.ts'
import { ownEvaluations } from '../../../main/contract/records.ts'
import type { Tensor } from '../../../main/contract/tensor.ts'
import { open, settings, withRun } from '../../support/stored-run.ts'

const vector = (...values: number[]): Tensor => ({ shape: [values.length], data: Float32Array.from(values) })

describe('checkpoints and prompts', () => {
  const checkpoint: Checkpoint = {
    step: 5,
    tensors: { 'layer/0': vector(1, 2), b: vector(3) },
    first: { 'layer/0': vector(4, 5), b: vector(6) },
    second: { 'layer/0': vector(7, 8), b: vector(9) },
    best: { step: 4, loss: 0.25, tensors: { 'layer/0': vector(0.5, 0.25), b: vector(1) } },
    stale: 1,
    finished: false,
  }

  it('give a run back its last state and its best vectors', async () => {
    const { store } = await open()
    const { run } = await withRun(store)
    expect(await store.checkpoints.load(run.id)).toBeUndefined()
    await store.checkpoints.save(run.id, { ...checkpoint, best: undefined, step: 1 })
    expect((await store.checkpoints.load(run.id))?.best).toBeUndefined()
    await store.checkpoints.save(run.id, checkpoint)
    expect(await store.checkpoints.load(run.id)).toEqual(checkpoint)
    const later = { ...checkpoint, step: 6, finished: true, stale: 2 }
    await store.checkpoints.save(run.id, later)
    expect(await store.checkpoints.load(run.id)).toEqual(later)
    expect(await store.checkpoints.step(run.id)).toBe(6)
  })

  it('give a run back the prompts that cross-validate it, in their order', async () => {
    const { store } = await open()
    const { run } = await withRun(store)
    const fold = (value: number): FoldCheckpoint => ({
      tensors: { b: vector(value) },
      first: { b: vector(value + 1) },
      second: { b: vector(value + 2) },
      best: value === 20 ? undefined : { step: value % 5, loss: 1 / value, tensors: { b: vector(-value) } },
    })
    const folded = { ...checkpoint, folds: [10, 20, 30].map(fold) }
    await store.checkpoints.save(run.id, folded)
    expect(await store.checkpoints.load(run.id)).toEqual(folded)
    const later = { ...folded, step: 6, folds: [20, 31, 12].map(fold) }
    await store.checkpoints.save(run.id, later)
    expect(await store.checkpoints.load(run.id)).toEqual(later)
    expect(await store.checkpoints.step(run.id)).toBe(6)
  })

  it('refuse vectors whose checksum does not match', async () => {
    const { store, path } = await open()
    const { run } = await withRun(store)
    const prompt: TunedPrompt = { tensors: { prompt: vector(1, 2, 3) }, settings, labels: ['a', 'b'], modelHash: 'm1' }
    await store.prompts.put(run.id, prompt)
    await store.checkpoints.save(run.id, checkpoint)
    expect(await store.prompts.byRun(run.id)).toEqual(prompt)
    expect(await store.prompts.byRun(99)).toBeUndefined()
    const raw = new Database(path)
    raw.exec(`UPDATE prompts SET vectors = zeroblob(length(vectors)); UPDATE checkpoints SET vectors = x'00'`)
    raw.close()
    await expect(store.prompts.byRun(run.id)).rejects.toMatchObject({ code: 'store/damaged' })
    await expect(store.checkpoints.load(run.id)).rejects.toMatchObject({ code: 'store/damaged' })
  })
})

describe('evaluations', () => {
  const measured = { headline: 'accuracy', metrics: { accuracy: 0, macro_f1: 1 / 3 } } as const

  it('keep every scored row with its log-probabilities and metrics', async () => {
    const { store } = await open()
    const { run, dataset } = await withRun(store)
    const rows = [{ row: 3, label: 'a', predicted: 'b', logProbabilities: [-0.7, -0.6], metrics: { accuracy: 0 } }]
    const stored = await store.transaction((t) =>
      t.evaluations.add({ run: run.id, dataset: dataset.id, version: 1 }, { subject: 'no prompt', rows, ...measured }),
    )
    expect(await store.evaluations.list(run.id)).toEqual([stored])
    expect(stored).toMatchObject({ subject: 'no prompt', rows: 1, ...measured })
    expect(await store.evaluations.rows(stored.id)).toEqual(rows)
  })

  it('of a hand-written prompt store its text', async () => {
    const { store } = await open()
    const { run, dataset } = await withRun(store)
    const handWritten = 'Which team?\n\nText: where is it\nAnswer: delivery'
    const evaluation: Evaluation = { subject: 'hand-written prompt', handWritten, rows: [], ...measured }
    const stored = await store.transaction((t) =>
      t.evaluations.add({ run: run.id, dataset: dataset.id, version: 1 }, evaluation),
    )
    expect(stored).toMatchObject({ subject: 'hand-written prompt', handWritten })
    expect(await store.evaluations.list(run.id)).toEqual([stored])
    expect(await store.evaluations.all()).toEqual([stored])
  })

  it('of a run’s own rows are the latest; of a cross-validated run the first, as later ones know the rows', async () => {
    const { store } = await open()
    const { run, dataset } = await withRun(store)
    const place = { run: run.id, dataset: dataset.id, version: 1 }
    const add = () =>
      store.transaction((t) => t.evaluations.add(place, { subject: 'tuned prompt', rows: [], ...measured }))
    const [first, later] = [await add(), await add()]
    const own = { ...run, version: 1 }
    const folded = { ...own, settings: { ...run.settings, folds: 5 } }
    expect(await store.evaluations.latest(own, 'tuned prompt')).toEqual(later)
    expect(await store.evaluations.latest(folded, 'tuned prompt')).toEqual(first)
    const all = await store.evaluations.list(run.id)
    expect([own, folded].map((each) => ownEvaluations(each, all))).toEqual([[later], [first]])
  })
})
