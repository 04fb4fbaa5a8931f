// Writes a version's rows in use as a file.
import { randomBytes } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { causeOf, isFull } from '../../contract/errors/causes.ts'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import type { Input, Outputs } from '../../contract/service.ts'
import { writers } from '../../engine/data/write/index.ts'
import type { Rows } from '../../engine/data/write/writer.ts'
import { moveToNew } from '../../engine/files.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { findDataset } from '../lookup.ts'
import { rolesOf } from './roles.ts'

/** Rows that are read at once, and characters that are written at once: packing more would hold up the service. */
const CHUNK = 500
const CHARACTERS = 100_000

/** Errors: 'store/missing', 'data/not-excel', 'data/file-exists', 'data/not-written', 'store/disk-full', 'run/cancelled'. */
export async function writeData(
  context: ServiceContext,
  { dataset, version: wanted, format, path }: Input<'data.write'>,
  call: CallContext,
): Promise<Outputs['data.write']> {
  const { store } = context
  const { columns } = await findDataset(store, dataset)
  const newest = await store.datasets.newest(dataset)
  const version = wanted ?? newest
  if (version > newest) throw studioError('store/missing', 'version', String(version))
  const { used } = await store.datasets.counts(dataset, version)
  const roles = await rolesOf(context, dataset)
  const pieces = writers[format](columns, usedRows(context, call, { dataset, version, total: used }), roles)
  await toFile(resolve(path), pieces)
  return { rows: used }
}

/** Error: 'run/cancelled'. */
async function* usedRows(
  { store }: ServiceContext,
  { signal, emit }: CallContext,
  { dataset, version, total }: { readonly dataset: number; readonly version: number; readonly total: number },
): Rows {
  let done = 0
  for (let after = -1; ;) {
    if (signal.aborted) throw studioError('run/cancelled')
    const some = await store.rows.page(dataset, version, after, CHUNK)
    const used = some.filter(({ state }) => state === 'used').map(({ cells }) => cells)
    for (const piece of piecesOf(used)) {
      yield piece
      await setImmediate()
    }
    done += used.length
    emit({ event: 'progress', stage: 'writing the table', done, total })
    const last = some.at(-1)
    if (!last || some.length < CHUNK) return
    after = last.row
  }
}

/** The rows in order, at most so many characters at once. */
function* piecesOf(rows: readonly (readonly string[])[]): Generator<readonly (readonly string[])[]> {
  let piece: (readonly string[])[] = []
  let characters = 0
  for (const cells of rows) {
    piece.push(cells)
    characters += cells.reduce((sum, { length }) => sum + length, 0)
    if (characters < CHARACTERS) continue
    yield piece
    piece = []
    characters = 0
  }
  if (piece.length > 0) yield piece
}

/** Under a name of its own first, so that nobody finds half a table. */
async function toFile(path: string, pieces: AsyncGenerator<Uint8Array>): Promise<void> {
  const part = `${path}.${randomBytes(4).toString('hex')}.part`
  try {
    const file = await open(part, 'wx')
    try {
      for await (const piece of pieces) await file.writeFile(piece)
    } finally {
      await file.close()
    }
    await moveToNew(part, path)
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined)
    if (error instanceof StudioError) throw error
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw studioError('data/file-exists', path)
    throw isFull(error)
      ? studioError('store/disk-full', dirname(path))
      : studioError('data/not-written', path, causeOf(error))
  }
}
