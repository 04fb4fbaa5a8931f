// Takes a data set out of the trash where it lies there: whoever begins work on it wants it back.
import type { ServiceContext } from '../context.ts'

/** Its runs come back with it, but for those that were put away by themselves. */
export async function takeOutOfTrash(
  { store, changed }: Pick<ServiceContext, 'store' | 'changed'>,
  dataset: number,
): Promise<void> {
  if ((await store.datasets.byId(dataset))?.trashedAt === undefined) return
  await store.datasets.setTrashed(dataset, false)
  changed('data')
  changed('runs')
}
