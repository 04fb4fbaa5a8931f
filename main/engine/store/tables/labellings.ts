// Tables labellings, labelled_rows and labelled_answers: what prompts have answered to the rows of a table.
import { type Selectable, sql } from 'kysely'
import type { TextAnswer } from '../../../contract/compute.ts'
import type {
  LabelledRow,
  LabellingPrompt,
  LabellingRecord,
  LabellingState,
} from '../../../contract/methods/labellings.ts'
import type { Db, Schema } from '../schema.ts'

/** What the file holds. */
type ReadFile = Pick<LabellingRecord, 'columns' | 'rows' | 'taken' | 'skipped' | 'first'>

export interface NewLabelling extends ReadFile, Pick<LabellingRecord, 'file' | 'text' | 'context' | 'prompts'> {
  readonly hash: string
}

const record = (row: Selectable<Schema['labellings']>, done: number): LabellingRecord => ({
  ...(JSON.parse(row.read) as ReadFile),
  id: row.id,
  file: row.file,
  state: row.state,
  text: row.text_column,
  context: row.context_column,
  prompts: JSON.parse(row.prompts) as LabellingPrompt[],
  done,
  dataset: row.dataset ?? undefined,
  error: row.error ?? undefined,
  createdAt: row.created_at,
})

/** An answer of a prompt, of several as one, or where none has answered, one that is known to be right. */
export type GivenAnswer = TextAnswer & { readonly corrected?: string; readonly agreeing?: number }

/** Rows that were answered together. */
export interface AnsweredPiece {
  readonly rows: readonly { readonly row: number; readonly text: string; readonly context: string }[]
  /** [prompts], by row; a row without text has none. */
  readonly answers: readonly ReadonlyMap<number, GivenAnswer>[]
}

export const labellingRepository = (db: Db) => ({ ...records(db), ...answers(db) })

const records = (db: Db) => {
  const doneOf = async (id: number): Promise<number> => {
    const count = db.selectFrom('labelled_rows').select(({ fn }) => fn.countAll<number>().as('count'))
    return (await count.where('labelling', '=', id).executeTakeFirstOrThrow()).count
  }
  const whole = async (row: Selectable<Schema['labellings']> | undefined): Promise<LabellingRecord | undefined> =>
    row && record(row, await doneOf(row.id))

  return {
    async add({ file, hash, text, context, prompts, ...read }: NewLabelling): Promise<number> {
      const { columns, rows, taken, skipped, first } = read
      const row = await db
        .insertInto('labellings')
        .values({
          ...{ file, hash, state: 'ready', text_column: text, context_column: context },
          prompts: JSON.stringify(prompts),
          read: JSON.stringify({ columns, rows, taken, skipped, first }),
          created_at: new Date().toISOString(),
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      return row.id
    },

    byId: async (id: number) =>
      whole(await db.selectFrom('labellings').selectAll().where('id', '=', id).executeTakeFirst()),

    byHash: async (hash: string) =>
      whole(await db.selectFrom('labellings').selectAll().where('hash', '=', hash).executeTakeFirst()),

    /** The newest first. */
    async list(): Promise<LabellingRecord[]> {
      const rows = await db.selectFrom('labellings').selectAll().orderBy('id', 'desc').execute()
      return Promise.all(rows.map(async (row) => record(row, await doneOf(row.id))))
    },

    async setState(id: number, state: LabellingState, error?: string): Promise<void> {
      await db
        .updateTable('labellings')
        .set({ state, error: error ?? null })
        .where('id', '=', id)
        .execute()
    },

    /** What a service that no longer lives had under way. */
    async stopOrphans(): Promise<void> {
      await db.updateTable('labellings').set({ state: 'stopped' }).where('state', '=', 'running').execute()
    },

    /** Who answers from now on. */
    async setPrompts(id: number, prompts: readonly LabellingPrompt[]): Promise<void> {
      const values = { prompts: JSON.stringify(prompts) }
      await db.updateTable('labellings').set(values).where('id', '=', id).execute()
    },

    async setDataset(id: number, dataset: number): Promise<void> {
      await db.updateTable('labellings').set({ dataset }).where('id', '=', id).execute()
    },

    /** Call it where the data set is gone that corrected rows were sent into. */
    async forgetSent(id: number): Promise<void> {
      await db
        .updateTable('labelled_answers')
        .set({ sent: 0, sent_row: null })
        .where('labelling', '=', id)
        .where(({ or, eb }) => or([eb('sent', '=', 1), eb('sent_row', 'is not', null)]))
        .execute()
    },

    /** Call it where no row is done: answers so far were to other texts. */
    async setColumns(id: number, text: string, context: string): Promise<void> {
      await db
        .updateTable('labellings')
        .set({ text_column: text, context_column: context })
        .where('id', '=', id)
        .execute()
    },

    /** Removes some rows with their answers; gives how many. */
    async forgetRows(id: number, limit: number): Promise<number> {
      const some = db.selectFrom('labelled_rows').select('row').where('labelling', '=', id).limit(limit)
      const { numDeletedRows } = await db
        .deleteFrom('labelled_rows')
        .where('labelling', '=', id)
        .where('row', 'in', some)
        .executeTakeFirst()
      return Number(numDeletedRows)
    },

    /** Call it where its rows are gone. */
    async remove(id: number): Promise<void> {
      await db.deleteFrom('labellings').where('id', '=', id).execute()
    },
  }
}

/** Which answers of a prompt, by its place. */
interface Chosen {
  readonly prompt: number
  readonly label?: string | undefined
  readonly below?: number | undefined
}

const answers = (db: Db) => {
  const joined = (labelling: number, { prompt, label, below }: Chosen) => {
    let found = db
      .selectFrom('labelled_answers as a')
      .innerJoin('labelled_rows as r', (join) =>
        join.onRef('r.labelling', '=', 'a.labelling').onRef('r.row', '=', 'a.row'),
      )
      .where('a.labelling', '=', labelling)
      .where('a.prompt', '=', prompt)
    if (label !== undefined) found = found.where(sql`coalesce(a.corrected, a.answer)`, '=', label)
    if (below !== undefined) found = found.where('a.confidence', '<', below).where('a.corrected', 'is', null)
    return found
  }
  const ofPrompt = (labelling: number, prompt: number) =>
    db.selectFrom('labelled_answers').where('labelling', '=', labelling).where('prompt', '=', prompt)

  return {
    /** Call it in a transaction. */
    async addPiece(labelling: number, { rows, answers }: AnsweredPiece): Promise<void> {
      await db
        .insertInto('labelled_rows')
        .values(rows.map((row) => ({ labelling, ...row })))
        .execute()
      for (const [prompt, own] of answers.entries()) {
        const values = [...own].map(([row, { answer, confidence, cut, corrected = null, agreeing = null }]) => ({
          ...{ labelling, prompt, row, answer, confidence, cut, corrected, agreeing },
        }))
        if (values.length > 0) await db.insertInto('labelled_answers').values(values).execute()
      }
    },

    /** The first rows behind `after` that have no answer, with their texts. */
    async unanswered(labelling: number, prompt: number, after: number, limit: number) {
      return joined(labelling, { prompt })
        .select(['a.row', 'r.text', 'r.context'])
        .where('a.answer', '=', '')
        .where('a.corrected', 'is', null)
        .where('a.row', '>', after)
        .orderBy('a.row')
        .limit(limit)
        .execute()
    },

    /** Forgets the answers that nobody has corrected, so that another prompt can give them; a person's own are sure. */
    async forgetAnswers(labelling: number, prompt: number): Promise<void> {
      await db
        .updateTable('labelled_answers')
        .set({ answer: sql<string>`corrected`, confidence: 1 })
        .where(({ and }) => and({ labelling, prompt, answer: '' }))
        .where('corrected', 'is not', null)
        .execute()
      await db
        .updateTable('labelled_answers')
        .set({ answer: '', confidence: 0, cut: 0 })
        .where(({ and }) => and({ labelling, prompt }))
        .where('corrected', 'is', null)
        .execute()
    },

    /** Answers to rows that have none, and that nobody has corrected meanwhile. Call it in a transaction. */
    async fill(labelling: number, prompt: number, answers: ReadonlyMap<number, GivenAnswer>): Promise<void> {
      for (const [row, { answer, confidence, cut, agreeing = null }] of answers)
        await db
          .updateTable('labelled_answers')
          .set({ answer, confidence, cut, agreeing })
          .where(({ and }) => and({ labelling, prompt, row }))
          .where('corrected', 'is', null)
          .execute()
    },

    /** Takes answers for right that nobody has corrected. */
    async accept(labelling: number, prompt: number, above: number): Promise<void> {
      await db
        .updateTable('labelled_answers')
        .set({ corrected: sql<string>`answer`, unseen: 1, sent: 0 })
        .where(({ and }) => and({ labelling, prompt }))
        .where('corrected', 'is', null)
        .where('answer', '<>', '')
        .where('confidence', '>=', above)
        .execute()
    },

    /** The last row of the file that is done; 0 where none is. */
    async lastRow(labelling: number): Promise<number> {
      const found = db.selectFrom('labelled_rows').select(({ fn }) => fn.max<number | null>('row').as('last'))
      return (await found.where('labelling', '=', labelling).executeTakeFirst())?.last ?? 0
    },

    async rows(
      labelling: number,
      chosen: Chosen & { readonly order: 'confidence' | 'file'; readonly from: number; readonly count: number },
    ): Promise<{ readonly total: number; readonly rows: readonly LabelledRow[] }> {
      const found = joined(labelling, chosen)
      const { count } = await found.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
      let sorted = found
        .select(['a.row', 'r.text', 'r.context', 'a.answer', 'a.confidence', 'a.cut'])
        .select(['a.corrected', 'a.unseen', 'a.agreeing'])
      if (chosen.order === 'confidence') sorted = sorted.orderBy('a.confidence')
      const rows = await sorted.orderBy('a.row').limit(chosen.count).offset(chosen.from).execute()
      return {
        total: count,
        rows: rows.map(({ corrected, unseen, agreeing, ...row }) => ({
          ...row,
          ...(agreeing === null ? {} : { agreeing }),
          corrected: corrected ?? undefined,
          unseen: unseen === 1,
        })),
      }
    },

    /** `threshold`: the confidence below which an answer is for a person to give. `members`: prompts that answer as one. */
    async summary(
      labelling: number,
      prompt: number,
      {
        threshold = 0,
        members = 0,
      }: { readonly threshold?: number | undefined; readonly members?: number | undefined },
    ) {
      const label = sql<string>`coalesce(corrected, answer)`
      const counts = await ofPrompt(labelling, prompt)
        .select(({ fn }) => [label.as('label'), fn.countAll<number>().as('rows')])
        .groupBy(label)
        .orderBy('rows', 'desc')
        .orderBy('label')
        .limit(1000)
        .execute()
      const tenth = sql<number>`min(9, cast(confidence * 10 as integer))`
      const tenths = await ofPrompt(labelling, prompt)
        .select(({ fn }) => [tenth.as('tenth'), fn.countAll<number>().as('rows')])
        .groupBy(tenth)
        .execute()
      const sums = await ofPrompt(labelling, prompt)
        .select([
          sql<number>`count(corrected)`.as('corrected'),
          sql<number>`count(corrected) - coalesce(sum(sent), 0)`.as('unsent'),
          sql<number>`coalesce(sum(cut > 0), 0)`.as('cut'),
          sql<number>`coalesce(sum(unseen), 0)`.as('unseen'),
          sql<number>`coalesce(sum(confidence < ${threshold} and corrected is null), 0)`.as('unsure'),
          sql<number>`coalesce(sum(agreeing < ${members} and corrected is null), 0)`.as('disputed'),
        ])
        .executeTakeFirstOrThrow()
      const seen = await ofPrompt(labelling, prompt)
        .select(({ fn }) => [sql<string>`corrected`.as('label'), fn.countAll<number>().as('rows')])
        .where('corrected', 'is not', null)
        .where('unseen', '=', 0)
        .groupBy('corrected')
        .orderBy('corrected')
        .execute()
      const byTenth = new Map(tenths.map(({ tenth, rows }) => [tenth, rows]))
      const confidences = Array.from({ length: 10 }, (_, i) => byTenth.get(i) ?? 0)
      return { counts, confidences, seen, ...sums }
    },

    /** Undefined takes the corrections back. A row that was sent can be sent again. */
    async correct(
      labelling: number,
      prompt: number,
      rows: readonly number[],
      answer: string | undefined,
    ): Promise<void> {
      await db
        .updateTable('labelled_answers')
        .set({ corrected: answer ?? null, sent: 0, unseen: 0 })
        .where('labelling', '=', labelling)
        .where('prompt', '=', prompt)
        .where('row', 'in', rows)
        .execute()
    },

    /** Another name for a right answer; rows that were sent can be sent again. */
    async renameCorrected(labelling: number, prompt: number, answer: string, name: string): Promise<void> {
      await db
        .updateTable('labelled_answers')
        .set({ corrected: name, sent: 0 })
        .where(({ and }) => and({ labelling, prompt, corrected: answer }))
        .execute()
    },

    /** Corrected rows that are not in the data set, or that it has with an earlier correction. */
    async unsent(labelling: number, prompt: number) {
      return joined(labelling, { prompt })
        .select(['a.row', 'r.text', 'r.context', 'a.unseen', 'a.sent_row', sql<string>`a.corrected`.as('corrected')])
        .where('a.corrected', 'is not', null)
        .where('a.sent', '=', 0)
        .orderBy('a.row')
        .execute()
    },

    /** Each with the row of the data set that it became. One that was corrected meanwhile waits to be sent again. */
    async markSent(
      labelling: number,
      prompt: number,
      rows: readonly (readonly [row: number, sentRow: number, corrected: string])[],
    ): Promise<void> {
      await sql`UPDATE labelled_answers SET sent = (corrected IS came.value ->> 2), sent_row = came.value ->> 1
        FROM json_each(${JSON.stringify(rows)}) AS came
        WHERE labelling = ${labelling} AND prompt = ${prompt} AND row = came.value ->> 0`.execute(db)
    },

    /** Answers of all prompts to rows behind `after`, row by row. */
    async answersAfter(labelling: number, after: number, limit: number) {
      return db
        .selectFrom('labelled_answers')
        .selectAll()
        .where('labelling', '=', labelling)
        .where('row', '>', after)
        .orderBy('row')
        .orderBy('prompt')
        .limit(limit)
        .execute()
    },
  }
}
