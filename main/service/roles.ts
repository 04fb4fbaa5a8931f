// Which columns of a data set are read and answered: as its owner said, else as they look.
import * as v from 'valibot'
import { studioError } from '../contract/errors/index.ts'
import type { Roles } from '../contract/service.ts'
import { guessRoles } from '../engine/data/roles.ts'
import type { ServiceContext } from './context.ts'

/** Rows that a guess is made from. */
const LOOKED_AT = 500

const kept = v.object({ text: v.string(), label: v.string() })

/** Error: 'store/missing'. */
export async function rolesOf({ store }: ServiceContext, dataset: number): Promise<Roles> {
  const record = await store.datasets.byId(dataset)
  if (!record) throw studioError('store/missing', 'data set', String(dataset))
  const chosen = v.safeParse(kept, await store.datasets.roles(dataset))
  if (chosen.success) return { ...chosen.output, guessed: false }
  const rows = await store.rows.page(dataset, await store.datasets.newest(dataset), -1, LOOKED_AT)
  const guess = guessRoles(
    record.columns,
    rows.map(({ cells }) => cells),
  )
  return { ...guess, guessed: true }
}
