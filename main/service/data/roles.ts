// The roles of a data set's columns and the kind of task: as its owner chose them, else guessed from the cells.
import * as v from 'valibot'
import { studioError } from '../../contract/errors/index.ts'
import type { Roles } from '../../contract/service.ts'
import { taskNames } from '../../contract/settings.ts'
import { guessTaskOf } from '../../engine/data/guess-task.ts'
import { guessRoles } from '../../engine/data/roles.ts'
import type { Tables } from '../../engine/store/store.ts'

/** Rows that a guess is made from. */
const LOOKED_AT = 200

const storedRoles = v.object({
  text: v.string(),
  label: v.string(),
  context: v.optional(v.string(), ''),
  task: v.optional(v.picklist(taskNames)),
})

/** Error: 'store/missing'. */
export async function rolesOf({ store }: { readonly store: Tables }, dataset: number): Promise<Roles> {
  const record = await store.datasets.byId(dataset)
  if (!record) throw studioError('store/missing', 'data set', String(dataset))
  const chosen = v.safeParse(storedRoles, await store.datasets.roles(dataset))
  if (chosen.success && chosen.output.task)
    return { ...chosen.output, task: chosen.output.task, guessed: false, taskGuessed: false }
  const rows = await store.rows.page(dataset, await store.datasets.newest(dataset), -1, LOOKED_AT)
  const cells = rows.map((row) => row.cells)
  const { text, label, context } = chosen.success ? chosen.output : guessRoles(record.columns, cells)
  const task = guessTaskOf(record.columns, cells, { text, label, context })
  return { text, label, context, task, guessed: !chosen.success, taskGuessed: true }
}
