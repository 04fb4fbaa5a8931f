// What a method's parts are in the words of other software, which holds one kind of them at a time.
import type { TuneSettings } from '../../contract/settings.ts'
import { methodOf } from '../method/index.ts'
import type { UpdateKind } from '../method/method.ts'

/** Virtual embeddings, past keys and values, or updates of linear maps. */
export type PartKind = 'embeddings' | 'past' | UpdateKind

/** Undefined where the method makes parts of several kinds. */
export function kindOf(settings: Pick<TuneSettings, 'method' | 'tokens'>): PartKind | undefined {
  const { virtual, updates } = methodOf(settings)
  const { embeddings, past } = virtual(settings)
  const kinds: PartKind[] = []
  if (embeddings > 0) kinds.push('embeddings')
  if (past > 0) kinds.push('past')
  if (updates) kinds.push(updates)
  return kinds.length === 1 ? kinds[0] : undefined
}
