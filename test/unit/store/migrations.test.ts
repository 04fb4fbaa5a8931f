// A studio's data from before a migration is all there behind it.
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { openStore } from '../../../main/engine/store/store.ts'
import { sealTensors } from '../../../main/engine/store/tensors.ts'
import { databaseOf } from '../../support/earlier-database.ts'
import { temporaryFolder } from '../../support/temporary.ts'

/** Model 1, and data set 4 with its version 1: what runs and tasks refer to. */
const MODEL_AND_DATASET = `INSERT INTO models (id, name, hash, source, folder, family, prepared, added_at)
    VALUES (1, 'm', 'h', 's', 'f', 'llama', x'7b7d', 'now');
  INSERT INTO datasets (id, name, source, hash, columns, created_at)
    VALUES (4, 'mail', '/mail.csv', 'h', '["text","label"]', 'now');
  INSERT INTO versions (dataset, number, kind, complete, created_at) VALUES (4, 1, 'import', 1, 'now');`

/** A run with number 9 on them, in the tables of version 14. */
const FINISHED_RUN = `${MODEL_AND_DATASET}
     INSERT INTO tasks VALUES (7, 4, 'classification', 'text', 'label', '', '["a","b"]');
     INSERT INTO runs (id, name, state, task, model, dataset, version, settings, seed, split, created_at)
       VALUES (9, 'mine', 'finished', 7, 1, 4, 1, '{}', 0, '{"train":[],"validation":[],"test":[]}', 'now');`

it('runs keep their tasks when tasks learn of written answers, and evaluations their subject', async () => {
  const path = join(temporaryFolder(), 'studio.db')
  await databaseOf(
    '0006-opened-prompts',
    path,
    `${MODEL_AND_DATASET}
     INSERT INTO tasks VALUES (7, 4, 'classification', 'text', 'label', '["a","b"]');
     INSERT INTO runs (id, name, state, task, model, dataset, version, settings, seed, split, created_at)
       VALUES (9, 'mine', 'finished', 7, 1, 4, 1, '{}', 0, '{"train":[],"validation":[],"test":[]}', 'now');
     INSERT INTO evaluations (run, subject, dataset, version, rows, accuracy, macro_f1, created_at)
       VALUES (9, 'tuned prompt', 4, 1, 10, 0.9, 0.8, 'now');`,
  )
  const store = await openStore(path)
  const [run] = await store.runs.list()
  expect(run).toMatchObject({ name: 'mine', task: 7 })
  const task = {
    dataset: 4,
    kind: 'classification',
    textColumn: 'text',
    labelColumn: 'label',
    contextColumn: '',
  } as const
  expect(await store.tasks.byId(7)).toEqual({ id: 7, ...task, labels: ['a', 'b'] })
  expect(
    (await store.evaluations.list(9)).map(({ subject, headline, metrics }) => [subject, headline, metrics]),
  ).toEqual([['tuned prompt', 'accuracy', { accuracy: 0.9, macro_f1: 0.8 }]])
  // The same task is found again; another kind on the same columns is another task.
  expect((await store.transaction((t) => t.tasks.put({ ...task, labels: ['a', 'b'] }))).id).toBe(7)
  const written = { ...task, kind: 'answering', contextColumn: 'about', labels: [] } as const
  expect((await store.transaction((t) => t.tasks.put(written))).id).toBe(8)
  await store.close()
  const raw = new Database(path)
  expect(raw.pragma('foreign_key_check')).toEqual([])
  raw.close()
})

it('evaluations keep their answers when there are more subjects, and hand-written prompts have their own', async () => {
  const path = join(temporaryFolder(), 'studio.db')
  await databaseOf(
    '0014-diverged',
    path,
    `${FINISHED_RUN}
     ${["'no prompt', NULL", "'tuned prompt', NULL", "'no prompt', 'Be brief.'"]
       .map(
         (subject, i) => `INSERT INTO evaluations
           (id, run, subject, written, dataset, version, rows, created_at, headline, metrics)
           VALUES (${i + 3}, 9, ${subject}, 4, 1, 1, 'now', 'accuracy', '{"accuracy":0.5}');
           INSERT INTO evaluation_rows VALUES (${i + 3}, 8, 'a', 'b', x'', '{"accuracy":0}');`,
       )
       .join('\n')}`,
  )
  const store = await openStore(path)
  const run = { id: 9, dataset: 4, version: 1, settings: {} }
  const common = { run: 9, dataset: 4, version: 1, rows: 1, createdAt: 'now', headline: 'accuracy' }
  const of = (id: number, subject: string) => ({ ...common, id, subject, metrics: { accuracy: 0.5 } })
  expect(await store.evaluations.list(9)).toEqual([
    of(3, 'no prompt'),
    of(4, 'tuned prompt'),
    { ...of(5, 'hand-written prompt'), handWritten: 'Be brief.' },
  ])
  for (const [i, subject] of (['no prompt', 'tuned prompt', 'hand-written prompt'] as const).entries()) {
    expect(await store.evaluations.latest(run, subject)).toMatchObject({ id: i + 3 })
    expect(await store.evaluations.rows(i + 3)).toMatchObject([{ row: 8, label: 'a', predicted: 'b' }])
  }
  const added = { subject: 'word count', headline: 'accuracy', metrics: { accuracy: 1 }, rows: [] } as const
  const { id } = await store.transaction((t) => t.evaluations.add({ run: 9, dataset: 4, version: 1 }, added))
  expect(await store.evaluations.latest(run, 'word count')).toMatchObject({ id, subject: 'word count' })
  await store.close()
  const raw = new Database(path)
  raw.pragma('foreign_keys = ON')
  expect(raw.pragma('foreign_key_check')).toEqual([])
  raw.exec('DELETE FROM runs WHERE id = 9')
  expect(raw.prepare('SELECT count(*) AS rows FROM evaluation_rows').get()).toEqual({ rows: 0 })
  raw.close()
})

/** A finished run of a task on the rows of a data set, with one evaluation: its answers as [right, predicted]. */
const evaluated = (
  id: number,
  kind: string,
  labels: readonly string[],
  [accuracy, macroF1]: readonly number[],
  answers: readonly (readonly [label: string, predicted: string])[],
): string => `
  INSERT INTO tasks VALUES (${id}, 4, '${kind}', 'text', 'label ${id}', '', '${JSON.stringify(labels)}');
  INSERT INTO runs (id, name, state, task, model, dataset, version, settings, seed, split, created_at)
    VALUES (${id}, '${kind} ${id}', 'finished', ${id}, 1, 4, 1, '{"task":"${kind}"}', 0,
      '{"train":[],"validation":[],"test":[]}', 'now');
  INSERT INTO validations (run, step, loss, accuracy, best) VALUES (${id}, 8, 0.5, 0.625, 1);
  INSERT INTO evaluations (id, run, subject, dataset, version, rows, accuracy, macro_f1, created_at)
    VALUES (${id}, ${id}, 'tuned prompt', 4, 1, ${answers.length}, ${accuracy}, ${macroF1}, 'now');
  ${answers.map(([label, predicted], row) => `INSERT INTO evaluation_rows VALUES (${id}, ${row}, '${label}', '${predicted}', x'');`).join('\n')}`

const opened = (id: number, settings: object): string => `
  INSERT INTO opened_prompts VALUES (${id}, 'opened ${id}', 1, '[]', '${JSON.stringify(settings)}', 'h',
    '[{"subject":"tuned prompt","accuracy":0.75,"macroF1":0.5,"rows":8}]', x'', 's', 'now');`

it('figures get the names of what they were of, and each row its own values', async () => {
  const path = join(temporaryFolder(), 'studio.db')
  const fields = '{"item":"tea","count":2}'
  await databaseOf(
    '0010-terms',
    path,
    `${MODEL_AND_DATASET}
     ${evaluated(
       11,
       'classification',
       ['a', 'b'],
       [0.75, (0.8 + 2 / 3) / 2],
       [
         ['a', 'a'],
         ['a', 'a'],
         ['b', 'b'],
         ['b', 'a'],
       ],
     )}
     ${evaluated(
       12,
       'generation',
       [],
       [0.75, 0.5],
       [
         ['one two three four', 'one six two seven'],
         ['five', 'five'],
       ],
     )}
     ${evaluated(
       13,
       'generation',
       [],
       [0.25, 0],
       [
         [fields, '{"count":2,"item":"nut"}'],
         [fields, 'tea'],
       ],
     )}
     ${evaluated(
       14,
       'generation',
       [],
       [0.75, 0.5],
       [
         [fields, '{"item":"tea"}'],
         ['word', 'word'],
       ],
     )}
     ${evaluated(
       15,
       'answering',
       [],
       [(2 / 3 + 1) / 2, 0.5],
       [
         ['Anna Lee', 'the Anna'],
         ['Anna', 'Anna.'],
       ],
     )}
     ${opened(1, {})} ${opened(2, { task: 'generation' })} ${opened(3, { task: 'answering' })}`,
  )
  const store = await openStore(path)
  const found = async (run: number): Promise<unknown[]> => {
    const [evaluation] = await store.evaluations.list(run)
    const { headline, metrics } = evaluation!
    const [validation] = await store.metrics.validationFigures(run)
    const rows = await store.evaluations.rows(run)
    return [validation!.metrics, headline, metrics, rows.map((row) => row.metrics)]
  }
  const forced = { teacher_forced_exact_match: 0.625 }
  expect(await found(11)).toEqual([
    ...[{ accuracy: 0.625 }, 'accuracy', { accuracy: 0.75, macro_f1: (0.8 + 2 / 3) / 2 }],
    [{ accuracy: 1 }, { accuracy: 1 }, { accuracy: 1 }, { accuracy: 0 }],
  ])
  expect(await found(12)).toEqual([
    ...[forced, 'rouge_l', { rouge_l: 0.75, exact_match: 0.5 }],
    [
      { rouge_l: 0.5, exact_match: 0 },
      { rouge_l: 1, exact_match: 1 },
    ],
  ])
  expect(await found(13)).toEqual([
    ...[forced, 'field_accuracy'],
    { field_accuracy: 0.25, exact_match: 0, valid_json: 0.5, 'field:item': 0, 'field:count': 0.5 },
    [
      { field_accuracy: 0.5, exact_match: 0, valid_json: 1, 'field:item': 0, 'field:count': 1 },
      { field_accuracy: 0, exact_match: 0, valid_json: 0, 'field:item': 0, 'field:count': 0 },
    ],
  ])
  expect(await found(14)).toEqual([
    ...[forced, 'fields_or_rouge_l', { fields_or_rouge_l: 0.75, exact_match: 0.5 }],
    [
      { fields_or_rouge_l: 0.5, exact_match: 0 },
      { fields_or_rouge_l: 1, exact_match: 1 },
    ],
  ])
  expect(await found(15)).toEqual([
    ...[forced, 'token_f1', { token_f1: (2 / 3 + 1) / 2, exact_match: 0.5 }],
    [
      { token_f1: 2 / 3, exact_match: 0 },
      { token_f1: 1, exact_match: 1 },
    ],
  ])
  expect((await store.openedPrompts.list()).flatMap(({ figures }) => figures)).toEqual([
    { subject: 'tuned prompt', headline: 'accuracy', metrics: { accuracy: 0.75, macro_f1: 0.5 }, rows: 8 },
    {
      ...{ subject: 'tuned prompt', headline: 'fields_or_rouge_l', rows: 8 },
      metrics: { fields_or_rouge_l: 0.75, exact_match: 0.5 },
    },
    { subject: 'tuned prompt', headline: 'token_f1', metrics: { token_f1: 0.75, exact_match: 0.5 }, rows: 8 },
  ])
  await store.close()
})

it('runs from before there were measures have none, and later ones do', async () => {
  const path = join(temporaryFolder(), 'studio.db')
  await databaseOf(
    '0014-diverged',
    path,
    `${FINISHED_RUN}
     INSERT INTO steps VALUES (9, 1, 0.5, 0.1, 2, x'', 16, 250);`,
  )
  const store = await openStore(path)
  expect(await store.measures.byRun(9)).toBeUndefined()
  const times = { precomputeSeconds: 2, answerMilliseconds: 30, switchMilliseconds: 1 }
  await store.measures.put(9, { parameters: 8, fileBytes: 99, peakBytes: 1e9, neutral: undefined, ...times })
  expect(await store.measures.byRun(9)).toMatchObject({ parameters: 8, seconds: 2.25 })
  await store.close()
})

it('checkpoints keep their tensors when runs have folds', async () => {
  const path = join(temporaryFolder(), 'studio.db')
  const tensors = { b: { shape: [1], data: Float32Array.of(2) } }
  const sealed = sealTensors({ 'tensors/b': tensors.b, 'first/b': tensors.b, 'second/b': tensors.b })
  const hex = Buffer.from(sealed.vectors).toString('hex')
  await databaseOf(
    '0019-labellings',
    path,
    `${FINISHED_RUN}
     INSERT INTO checkpoints (run, kind, step, stale, finished, precomputes, vectors, sha256)
       VALUES (9, 'last', 5, 1, 0, 1, x'${hex}', '${sealed.sha256}');`,
  )
  const store = await openStore(path)
  expect(await store.checkpoints.load(9)).toEqual({
    ...{ step: 5, tensors, first: tensors, second: tensors, best: undefined },
    ...{ stale: 1, finished: false, precomputes: true },
  })
  await store.close()
})

it('prompts and answers from before calibration stay as they are, and get one', async () => {
  const path = join(temporaryFolder(), 'studio.db')
  const sealed = sealTensors({ prompt: { shape: [1], data: Float32Array.of(2) } })
  const hex = Buffer.from(sealed.vectors).toString('hex')
  await databaseOf(
    '0025-kept-data',
    path,
    `${FINISHED_RUN}
     INSERT INTO prompts (run, labels, settings, model_hash, vectors, sha256, created_at)
       VALUES (9, '["a","b"]', '{}', 'h', x'${hex}', '${sealed.sha256}', 'now');
     INSERT INTO labellings (id, file, hash, state, text_column, context_column, prompts, read, created_at)
       VALUES (3, 'mail.csv', 'h', 'finished', 'text', '', '[{"name":"mine","labels":["a","b"]}]', '{}', 'now');
     INSERT INTO labelled_rows VALUES (3, 2, 'hello', '');
     INSERT INTO labelled_answers (labelling, prompt, row, answer, confidence, cut) VALUES (3, 0, 2, 'a', 0.7, 0);`,
  )
  const store = await openStore(path)
  expect(await store.prompts.byRun(9)).not.toHaveProperty('calibration')
  const { rows } = await store.labellings.rows(3, { prompt: 0, order: 'file', from: 0, count: 9 })
  expect(rows).toEqual([expect.objectContaining({ answer: 'a', confidence: 0.7 })])
  expect(rows[0]).not.toHaveProperty('agreeing')
  expect(await store.labellings.summary(3, 0, { threshold: 0.8, members: 3 })).toMatchObject({ unsure: 1, disputed: 0 })
  const calibration = { temperature: 2, rows: 10 }
  await store.prompts.setCalibration(9, calibration)
  expect(await store.prompts.byRun(9)).toMatchObject({ labels: ['a', 'b'], calibration })
  await store.close()
})
