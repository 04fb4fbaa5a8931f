// Tables evaluations and evaluation_rows: how well each held-out row was answered.
import type { Evaluation, ScoredRow } from '../../../contract/compute.ts'
import type { EvaluationRecord } from '../../../contract/records.ts'
import type { Db } from '../schema.ts'
import { packNumbers, unpackNumbers } from '../tensors.ts'

/** Which run was judged, on which data. */
export interface Judged {
  readonly run: number
  readonly dataset: number
  readonly version: number
}

/** Five values a row against SQLite's limit of 32,766 in a statement. */
const CHUNK = 2000

export const evaluationRepository = (db: Db) => ({
  /** Call it in a transaction. */
  async add(judged: Judged, { subject, rows, accuracy, macroF1 }: Evaluation): Promise<EvaluationRecord> {
    const createdAt = new Date().toISOString()
    const { id } = await db
      .insertInto('evaluations')
      .values({ ...judged, subject, rows: rows.length, accuracy, macro_f1: macroF1, created_at: createdAt })
      .returning('id')
      .executeTakeFirstOrThrow()
    for (let at = 0; at < rows.length; at += CHUNK) {
      const values = rows.slice(at, at + CHUNK).map(({ logProbabilities, row, label, predicted }) => ({
        evaluation: id,
        row,
        label,
        predicted,
        log_probabilities: packNumbers(logProbabilities),
      }))
      await db.insertInto('evaluation_rows').values(values).execute()
    }
    return { id, ...judged, subject, rows: rows.length, accuracy, macroF1, createdAt }
  },

  async list(run: number): Promise<EvaluationRecord[]> {
    const found = await db.selectFrom('evaluations').selectAll().where('run', '=', run).orderBy('id').execute()
    return found.map(({ macro_f1: macroF1, created_at: createdAt, ...rest }) => ({ ...rest, macroF1, createdAt }))
  },

  /** Of every run, oldest first. */
  async all(): Promise<EvaluationRecord[]> {
    const found = await db.selectFrom('evaluations').selectAll().orderBy('id').execute()
    return found.map(({ macro_f1: macroF1, created_at: createdAt, ...rest }) => ({ ...rest, macroF1, createdAt }))
  },

  async rows(evaluation: number): Promise<ScoredRow[]> {
    const found = db.selectFrom('evaluation_rows').selectAll().where('evaluation', '=', evaluation).orderBy('row')
    return (await found.execute()).map(({ row, label, predicted, log_probabilities }) => ({
      row,
      label,
      predicted,
      logProbabilities: unpackNumbers(log_probabilities),
    }))
  },
})
