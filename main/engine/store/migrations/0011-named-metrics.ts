// Migration 11: metrics have names, and rows their own values. Figures of other tasks stood as accuracy and macro-F1.
import { type Kysely, sql } from 'kysely'
import type { Measured } from '../../../contract/metrics.ts'
import type { TaskName } from '../../../contract/settings.ts'
import { measured } from '../../metrics/index.ts'
import { named } from '../../metrics/unnamed.ts'
import { taskOf } from '../../task/index.ts'

/** JSON, as a task has as many metrics as its answers have fields; a metric is looked up with json_extract. */
const added = [
  `ALTER TABLE evaluations ADD COLUMN headline TEXT NOT NULL DEFAULT ''`,
  `ALTER TABLE evaluations ADD COLUMN metrics TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metrics))`,
  `ALTER TABLE evaluation_rows ADD COLUMN metrics TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metrics))`,
  `ALTER TABLE validations ADD COLUMN headline TEXT NOT NULL DEFAULT ''`,
  `ALTER TABLE validations ADD COLUMN metrics TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metrics))`,
]

/** Of each validation the one figure that there was, by what it was of. */
const nameValidations = [
  `UPDATE validations SET headline = (
    SELECT CASE tasks.kind WHEN 'classification' THEN 'accuracy' ELSE 'teacher_forced_exact_match' END
    FROM runs JOIN tasks ON tasks.id = runs.task WHERE runs.id = validations.run)`,
  `UPDATE validations SET metrics = json_object(headline, accuracy)`,
]

const dropped = [
  `ALTER TABLE evaluations DROP COLUMN accuracy`,
  `ALTER TABLE evaluations DROP COLUMN macro_f1`,
  `ALTER TABLE validations DROP COLUMN accuracy`,
]

export const namedMetrics = {
  /** In a transaction of its own: kysely gives SQLite's migrations none, and a crash must not find half of it done. */
  up: (db: Kysely<unknown>): Promise<void> =>
    db.transaction().execute(async (transaction) => {
      for (const statement of [...added, ...nameValidations]) await sql.raw(statement).execute(transaction)
      await nameEvaluations(transaction)
      await nameOpenedPrompts(transaction)
      for (const statement of dropped) await sql.raw(statement).execute(transaction)
    }),
}

interface Unnamed {
  readonly id: number
  readonly kind: TaskName
  readonly labels: string
  readonly accuracy: number
  readonly macro_f1: number
}

async function nameEvaluations(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<Unnamed>`SELECT evaluations.id, kind, labels, accuracy, macro_f1 FROM evaluations
    JOIN runs ON runs.id = evaluations.run JOIN tasks ON tasks.id = runs.task`.execute(db)
  for (const evaluation of rows) {
    const { headline, metrics } = await measuredAnew(db, evaluation)
    await sql`UPDATE evaluations SET headline = ${headline}, metrics = ${JSON.stringify(metrics)}
      WHERE id = ${evaluation.id}`.execute(db)
  }
}

/** By the stored answers: that gives each row its values, and says what the figures were of. */
async function measuredAnew(db: Kysely<unknown>, { id, kind, labels, accuracy, macro_f1 }: Unnamed): Promise<Measured> {
  const { rows: answers } = await sql<{ row: number; label: string; predicted: string }>`
    SELECT row, label, predicted FROM evaluation_rows WHERE evaluation = ${id} ORDER BY row`.execute(db)
  if (answers.length === 0) return named(kind, accuracy, macro_f1)
  const metrics = taskOf({ task: kind }).metrics(answers.map(({ label }) => label))
  const found = measured(metrics, answers, JSON.parse(labels) as string[])
  for (const { row, metrics } of found.rows)
    await sql`UPDATE evaluation_rows SET metrics = ${JSON.stringify(metrics)}
      WHERE evaluation = ${id} AND row = ${row}`.execute(db)
  return found
}

/** Their figures came with their files: the answers stayed where they were made. */
async function nameOpenedPrompts(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ id: number; settings: string; figures: string }>`
    SELECT id, settings, figures FROM opened_prompts`.execute(db)
  for (const { id, settings, figures } of rows) {
    const { task } = JSON.parse(settings) as { task?: TaskName }
    const all = JSON.parse(figures) as { accuracy: number; macroF1: number }[]
    const renamed = all.map(({ accuracy, macroF1, ...rest }) => ({ ...rest, ...named(task, accuracy, macroF1) }))
    await sql`UPDATE opened_prompts SET figures = ${JSON.stringify(renamed)} WHERE id = ${id}`.execute(db)
  }
}
