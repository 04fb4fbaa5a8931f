// Table validation_answers: how a run's prompt answers its validation set, on which it is calibrated.
import type { ValidationAnswer } from '../../../contract/compute.ts'
import type { Db } from '../schema.ts'
import { packNumbers, unpackNumbers } from '../tensors.ts'

/** Four values a row against SQLite's limit of 32,766 in a statement. */
const CHUNK = 5000

export const validationAnswerRepository = (db: Db) => ({
  /** Keeps them in place of earlier ones. Call it in a transaction. */
  async put(run: number, answers: readonly ValidationAnswer[]): Promise<void> {
    await db.deleteFrom('validation_answers').where('run', '=', run).execute()
    for (let at = 0; at < answers.length; at += CHUNK) {
      const values = answers.slice(at, at + CHUNK).map(({ row, label, logProbabilities }) => ({
        ...{ run, row, label },
        log_probabilities: packNumbers(logProbabilities),
      }))
      await db.insertInto('validation_answers').values(values).execute()
    }
  },

  /** None where the run was not calibrated on them. */
  async byRun(run: number): Promise<ValidationAnswer[]> {
    const found = db.selectFrom('validation_answers').selectAll().where('run', '=', run).orderBy('row')
    return (await found.execute()).map(({ row, label, log_probabilities }) => ({
      ...{ row, label },
      logProbabilities: unpackNumbers(log_probabilities),
    }))
  },
})
