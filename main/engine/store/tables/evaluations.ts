// Tables evaluations and evaluation_rows: how well each test row was answered.
import type { Selectable } from 'kysely'
import type { Evaluation, ScoredRow } from '../../../contract/compute.ts'
import type { Metrics } from '../../../contract/metrics.ts'
import {
  type EvaluationRecord,
  isCrossValidated,
  type OwnRows,
  type RunRecord,
  type Subject,
} from '../../../contract/records.ts'
import type { Db, Schema } from '../schema.ts'
import { packNumbers, unpackNumbers } from '../tensors.ts'

/** Which run was evaluated, on which data. */
export interface EvaluatedData {
  readonly run: number
  readonly dataset: number
  readonly version: number
}

/** Six values a row against SQLite's limit of 32,766 in a statement. */
const CHUNK = 2000

type Row = Selectable<Schema['evaluations']>

const metricsOf = ({ metrics }: Pick<Row, 'metrics'>): Metrics => JSON.parse(metrics) as Metrics

const recordOf = ({ created_at: createdAt, hand_written: handWritten, ...rest }: Row): EvaluationRecord => ({
  ...rest,
  ...(handWritten === null ? {} : { handWritten }),
  metrics: metricsOf(rest),
  createdAt,
})

export const evaluationRepository = (db: Db) => ({ ...writing(db), ...reading(db) })

const writing = (db: Db) => ({
  /** Call it in a transaction. */
  async add(
    evaluated: EvaluatedData,
    { subject, handWritten, rows, headline, metrics }: Evaluation,
  ): Promise<EvaluationRecord> {
    const createdAt = new Date().toISOString()
    const { id } = await db
      .insertInto('evaluations')
      .values({
        ...evaluated,
        subject,
        rows: rows.length,
        headline,
        metrics: JSON.stringify(metrics),
        created_at: createdAt,
        hand_written: handWritten ?? null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    for (let at = 0; at < rows.length; at += CHUNK) {
      const values = rows.slice(at, at + CHUNK).map(({ logProbabilities, row, label, predicted, metrics }) => ({
        evaluation: id,
        row,
        label,
        predicted,
        log_probabilities: packNumbers(logProbabilities),
        metrics: JSON.stringify(metrics),
      }))
      await db.insertInto('evaluation_rows').values(values).execute()
    }
    const text = handWritten === undefined ? {} : { handWritten }
    return { id, ...evaluated, subject, ...text, rows: rows.length, headline, metrics, createdAt }
  },
})

const reading = (db: Db) => ({
  async list(run: number): Promise<EvaluationRecord[]> {
    const found = await db.selectFrom('evaluations').selectAll().where('run', '=', run).orderBy('id').execute()
    return found.map(recordOf)
  },

  /** As `ownEvaluations` has it, the one of this subject. */
  async latest(run: OwnRows & Pick<RunRecord, 'id'>, subject: Subject): Promise<EvaluationRecord | undefined> {
    const { id, dataset, version } = run
    const row = await db
      .selectFrom('evaluations')
      .selectAll()
      .where(({ and }) => and({ run: id, dataset, version, subject }))
      .orderBy('id', isCrossValidated(run) ? 'asc' : 'desc')
      .limit(1)
      .executeTakeFirst()
    return row && recordOf(row)
  },

  /** Of every run, oldest first. */
  async all(): Promise<EvaluationRecord[]> {
    const found = await db.selectFrom('evaluations').selectAll().orderBy('id').execute()
    return found.map(recordOf)
  },

  async rows(evaluation: number): Promise<ScoredRow[]> {
    const found = db.selectFrom('evaluation_rows').selectAll().where('evaluation', '=', evaluation).orderBy('row')
    return (await found.execute()).map(({ row, label, predicted, log_probabilities, metrics }) => ({
      row,
      label,
      predicted,
      logProbabilities: unpackNumbers(log_probabilities),
      metrics: metricsOf({ metrics }),
    }))
  },
})
