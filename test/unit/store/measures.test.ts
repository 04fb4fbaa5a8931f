// What was measured of a run's prompt is kept as it was measured, with the time of all its steps, and goes with the run.
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import type { MeasuredPrompt } from '../../../main/contract/measures.ts'
import { openStore } from '../../../main/engine/store/store.ts'
import { databaseOf } from '../../support/earlier-database.ts'
import { temporaryFolder } from '../../support/temporary.ts'

/** A store with run 9, a model and rows of nothing. */
async function withRun() {
  const path = join(temporaryFolder(), 'studio.db')
  await databaseOf(
    '9999',
    path,
    `INSERT INTO models (id, name, hash, source, folder, family, prepared, added_at)
       VALUES (1, 'm', 'h', 's', 'f', 'llama', x'7b7d', 'now');
     INSERT INTO datasets (id, name, source, hash, columns, created_at) VALUES (4, 'mail', '/m', 'h', '["a","b"]', 'now');
     INSERT INTO versions (dataset, number, kind, complete, created_at) VALUES (4, 1, 'import', 1, 'now');
     INSERT INTO tasks VALUES (7, 4, 'classification', 'a', 'b', '', '[]');
     INSERT INTO runs (id, name, state, task, model, dataset, version, settings, seed, split, created_at)
       VALUES (9, 'mine', 'finished', 7, 1, 4, 1, '{}', 0, '{"train":[],"validation":[],"test":[]}', 'now')`,
  )
  const store = await openStore(path)
  onTestFinished(() => store.close())
  return { store, path }
}

const measured: MeasuredPrompt = {
  parameters: 138_240,
  fileBytes: 500_000,
  precomputeSeconds: 4.5,
  peakBytes: 9e8,
  answerMilliseconds: 31.5,
  switchMilliseconds: 0.75,
  neutral: { alone: 3, tuned: 3.25 },
}

const step = (number: number) => ({
  ...{ step: number, loss: 1, learningRate: 0.1, gradientNorm: 2, tokenNorms: [], examples: 2, milliseconds: 500 },
})

it('come with the time of all steps, those of an earlier process too', async () => {
  const { store } = await withRun()
  expect(await store.measures.byRun(9)).toBeUndefined()
  await store.metrics.add(9, { steps: [step(1)], validations: [] })
  await store.metrics.add(9, { steps: [step(2), step(3)], validations: [] })
  await store.measures.put(9, measured)
  const { precomputeSeconds, ...others } = measured
  expect(await store.measures.byRun(9)).toEqual({ ...others, seconds: precomputeSeconds + 1.5 })
})

it('tell what was not measured from what is none, and go with their run', async () => {
  const { store, path } = await withRun()
  const others = { peakBytes: undefined, answerMilliseconds: undefined, neutral: undefined }
  await store.measures.put(9, measured)
  await store.measures.put(9, { ...measured, ...others })
  expect(await store.measures.byRun(9)).toMatchObject({ ...others, seconds: 4.5 })
  await store.runs.remove(9)
  const raw = new Database(path)
  onTestFinished(() => void raw.close())
  expect(raw.prepare('SELECT count(*) AS rows FROM run_measures').get()).toEqual({ rows: 0 })
})
