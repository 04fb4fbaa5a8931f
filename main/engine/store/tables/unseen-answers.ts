// Table unseen_answers: right answers in a data set that a prompt gave, and nobody has looked at. No verdict rests on them.
import { sql } from 'kysely'
import type { Db } from '../schema.ts'

/** Three values a row against SQLite's limit of 32,766 in a statement. */
const CHUNK = 5000

export const unseenAnswerRepository = (db: Db) => ({
  /** Call it in a transaction. A row that has another answer by now has been looked at. */
  async add(dataset: number, answers: readonly { readonly row: number; readonly answer: string }[]): Promise<void> {
    for (let at = 0; at < answers.length; at += CHUNK) {
      const values = answers.slice(at, at + CHUNK).map((each) => ({ dataset, ...each }))
      await db.replaceInto('unseen_answers').values(values).execute()
    }
  },

  /** Somebody has looked at these answers now, and they are right. Call it in a transaction. */
  async seen(dataset: number, answers: readonly { readonly row: number; readonly answer: string }[]): Promise<void> {
    const values = JSON.stringify(answers.map(({ row, answer }) => [row, answer]))
    await sql`DELETE FROM unseen_answers WHERE dataset = ${dataset}
      AND (row, answer) IN (SELECT value ->> 0, value ->> 1 FROM json_each(${values}))`.execute(db)
  },

  /** By their rows. */
  async of(dataset: number): Promise<ReadonlyMap<number, string>> {
    const found = db.selectFrom('unseen_answers').select(['row', 'answer']).where('dataset', '=', dataset)
    return new Map((await found.execute()).map(({ row, answer }) => [row, answer]))
  },
})
