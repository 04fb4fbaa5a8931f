// Migration 12: a checkpoint knows whether its run trains over a KV precompute, so that a resumed run goes on alike.
import { type Kysely, sql } from 'kysely'

export const precomputes = {
  async up(db: Kysely<unknown>): Promise<void> {
    // NULL: not decided, as in every checkpoint from before.
    await sql.raw('ALTER TABLE checkpoints ADD COLUMN precomputes INTEGER').execute(db)
  },
}
