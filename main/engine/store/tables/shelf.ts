// Tables shelf, shelf_versions and shelf_answers: prompts that answer programs, their versions, and how often they answered.
import { sql } from 'kysely'
import type { Db } from '../schema.ts'

export interface ShelvedVersion {
  readonly number: number
  /** Of these one is there: the run whose prompt it is, or the opened prompt. */
  readonly run: number | undefined
  readonly opened: number | undefined
  readonly putAt: string
}

export interface ShelfRecord {
  readonly id: number
  readonly name: string
  readonly purpose: string
  readonly version: number
  readonly candidate: number | undefined
  /** The newest first; one whose prompt was deleted is no longer among them. */
  readonly versions: readonly ShelvedVersion[]
}

/** A label that a version gave, or '' for what it wrote. */
export interface GivenLabel {
  readonly item: number
  readonly version: number
  readonly label: string
  readonly answers: number
}

async function all(db: Db): Promise<ShelfRecord[]> {
  const [items, versions] = await Promise.all([
    db.selectFrom('shelf').selectAll().orderBy('id', 'desc').execute(),
    db.selectFrom('shelf_versions').selectAll().orderBy('number', 'desc').execute(),
  ])
  const byItem = Map.groupBy(versions, ({ item }) => item)
  return items.map(({ id, name, purpose, version, candidate }) => ({
    ...{ id, name, purpose, version },
    candidate: candidate ?? undefined,
    versions: (byItem.get(id) ?? []).map(({ number, run, prompt, put_at }) => ({
      ...{ number, run: run ?? undefined, opened: prompt ?? undefined, putAt: put_at },
    })),
  }))
}

export const shelfRepository = (db: Db) => ({
  /** The latest item first. */
  list: () => all(db),

  byName: async (name: string): Promise<ShelfRecord | undefined> => (await all(db)).find((item) => item.name === name),

  /** Gives its number. Its first version answers. */
  async add(name: string, purpose: string): Promise<number> {
    const values = { name, purpose, version: 1, last: 0 }
    return (await db.insertInto('shelf').values(values).returning('id').executeTakeFirstOrThrow()).id
  },

  /** Gives its number, which no version of the item had before. */
  async addVersion(item: number, { run, opened }: Pick<ShelvedVersion, 'run' | 'opened'>): Promise<number> {
    const { last: number } = await db
      .updateTable('shelf')
      .set({ last: sql<number>`last + 1` })
      .where('id', '=', item)
      .returning('last')
      .executeTakeFirstOrThrow()
    const prompt = { run: run ?? null, prompt: opened ?? null }
    const values = { item, number, ...prompt, put_at: new Date().toISOString() }
    await db.insertInto('shelf_versions').values(values).execute()
    return number
  },

  async set(
    id: number,
    values: { readonly version?: number; readonly candidate?: number | null; readonly purpose?: string },
  ) {
    await db.updateTable('shelf').set(values).where('id', '=', id).execute()
  },

  async remove(id: number): Promise<void> {
    await db.deleteFrom('shelf').where('id', '=', id).execute()
  },

  /** Counts labels that were given on a day. Those of an item that was taken off meanwhile are nobody's. */
  async count(day: string, given: readonly GivenLabel[]): Promise<void> {
    const known = new Set((await db.selectFrom('shelf').select('id').execute()).map(({ id }) => id))
    for (const one of given) {
      if (!known.has(one.item)) continue
      await db
        .insertInto('shelf_answers')
        .values({ ...one, day })
        .onConflict((conflict) =>
          conflict
            .columns(['item', 'version', 'day', 'label'])
            .doUpdateSet({ answers: sql<number>`shelf_answers.answers + excluded.answers` }),
        )
        .execute()
    }
  },

  /** The labels that were given on a day, the most frequent first. */
  given: (day: string): Promise<GivenLabel[]> =>
    db
      .selectFrom('shelf_answers')
      .select(['item', 'version', 'label', 'answers'])
      .where('day', '=', day)
      .orderBy('answers', 'desc')
      .orderBy('label')
      .execute(),
})
