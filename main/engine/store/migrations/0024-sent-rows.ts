// Migration 24: a corrected row knows which row of the data set it became, so that it is not added twice.
import { type Kysely, sql } from 'kysely'

export const sentRows = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql.raw('ALTER TABLE labelled_answers ADD COLUMN sent_row INTEGER').execute(db)
  },
}
