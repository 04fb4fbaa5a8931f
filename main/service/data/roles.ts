// Which columns of a data set are read and answered, and what the answers are: as its owner said, else as they look.
import * as v from 'valibot'
import { studioError } from '../../contract/errors/index.ts'
import type { Roles } from '../../contract/service.ts'
import { taskNames } from '../../contract/settings.ts'
import { guessTask } from '../../engine/data/guess-task.ts'
import { guessRoles } from '../../engine/data/roles.ts'
import type { ServiceContext } from '../context.ts'

/** Rows that a guess is made from. */
const LOOKED_AT = 500

const kept = v.object({
  text: v.string(),
  label: v.string(),
  context: v.optional(v.string(), ''),
  task: v.optional(v.picklist(taskNames)),
})

/** Error: 'store/missing'. */
export async function rolesOf({ store }: ServiceContext, dataset: number): Promise<Roles> {
  const record = await store.datasets.byId(dataset)
  if (!record) throw studioError('store/missing', 'data set', String(dataset))
  const chosen = v.safeParse(kept, await store.datasets.roles(dataset))
  if (chosen.success && chosen.output.task)
    return { ...chosen.output, task: chosen.output.task, guessed: false, taskGuessed: false }
  const rows = await store.rows.page(dataset, await store.datasets.newest(dataset), -1, LOOKED_AT)
  const cells = rows.map((row) => row.cells)
  const { text, label, context } = chosen.success ? chosen.output : guessRoles(record.columns, cells)
  const at = record.columns.indexOf(label)
  const task = guessTask(
    cells.map((row) => row[at] ?? ''),
    context !== '',
  )
  return { text, label, context, task, guessed: !chosen.success, taskGuessed: true }
}
