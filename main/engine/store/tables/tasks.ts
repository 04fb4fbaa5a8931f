// Table tasks: what a data set is used for - which column is read, which one is to be answered, with which labels.
import type { TaskRecord } from '../../../contract/records.ts'
import type { Db } from '../schema.ts'

export const taskRepository = (db: Db) => ({
  /** The task of exactly this description, made where it is new. */
  async put(task: Omit<TaskRecord, 'id'>): Promise<TaskRecord> {
    const values = {
      dataset: task.dataset,
      kind: task.kind,
      text_column: task.textColumn,
      label_column: task.labelColumn,
      context_column: task.contextColumn,
      labels: JSON.stringify(task.labels),
    }
    await db
      .insertInto('tasks')
      .values(values)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    const { id } = await db
      .selectFrom('tasks')
      .select('id')
      .where(({ and }) => and(values))
      .executeTakeFirstOrThrow()
    return { id, ...task }
  },

  async byId(id: number): Promise<TaskRecord | undefined> {
    const row = await db.selectFrom('tasks').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) return undefined
    const { dataset, kind, text_column: textColumn, label_column: labelColumn, context_column: contextColumn } = row
    return { id, dataset, kind, textColumn, labelColumn, contextColumn, labels: JSON.parse(row.labels) as string[] }
  },
})
