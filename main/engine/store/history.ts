// The operations of a data set in order: which of them are undone, and what an undo or a redo would take back now.
import type { Selectable } from 'kysely'
import type { VersionRecord } from '../../contract/records.ts'
import type { Schema } from './schema.ts'

/** A version as the table has it: whether an undo of it is a redo shows only among all of them. */
type StoredVersion = Selectable<Schema['versions']>

/**
 * The operations in order, each with its real kind, and those that an undo and a redo would take back now. An undo takes
 * back the newest standing edit, a redo the newest standing undo; a new edit ends redoing.
 */
export interface History {
  readonly versions: readonly VersionRecord[]
  readonly undo: VersionRecord | undefined
  readonly redo: VersionRecord | undefined
}

export function historyOf(stored: readonly StoredVersion[]): History {
  const versions: VersionRecord[] = []
  const standing: VersionRecord[] = []
  const undone: VersionRecord[] = []
  for (const row of stored) {
    const redoes = row.kind === 'undo' && undone.at(-1)?.number === row.undoes
    const version: VersionRecord = {
      dataset: row.dataset,
      number: row.number,
      kind: redoes ? 'redo' : row.kind,
      undoes: row.undoes ?? undefined,
      description: row.description,
      name: row.name ?? undefined,
      createdAt: row.created_at,
    }
    versions.push(version)
    if (version.kind === 'edit') {
      standing.push(version)
      undone.length = 0
    } else if (version.kind === 'undo') {
      standing.pop()
      undone.push(version)
    } else if (version.kind === 'redo') {
      undone.pop()
      standing.push(version)
    }
  }
  return { versions, undo: standing.at(-1), redo: undone.at(-1) }
}
