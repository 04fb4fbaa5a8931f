// Method data.import: a file becomes the first version of a data set, in chunks.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { ImportedData } from '../../contract/service.ts'
import { readTable } from '../engine-seam.ts'
import type { CallContext, Methods, ServiceContext } from '../context.ts'

const CHUNK = 500
/** Skipped rows that are named one by one. */
const NAMED = 100

async function importData({ store }: ServiceContext, call: CallContext, path: string): Promise<ImportedData> {
  const { columns, rows, skipped } = readTable(path)
  const hash = await hashFile(path)
  const told = { columns, rows: rows.length, skippedCount: skipped.length, skipped: skipped.slice(0, NAMED) }
  const known = await store.datasets.byHash(hash)
  if (known) {
    const version = (await store.datasets.versions(known.id)).at(-1)?.number ?? 1
    return { dataset: known.id, version, name: known.name, ...told }
  }
  const name = basename(path)
  const dataset = await store.datasets.add({ name, source: path, hash, columns })
  const version = await store.datasets.begin(dataset.id, 'import')
  for (let at = 0; at < rows.length; at += CHUNK) {
    await store.rows.insert(version, rows.slice(at, at + CHUNK))
    call.emit({ event: 'progress', stage: 'importing', done: Math.min(at + CHUNK, rows.length), total: rows.length })
    await setImmediate()
  }
  await store.datasets.complete(version)
  return { dataset: dataset.id, version: version.number, name, ...told }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path)) hash.update(piece as Uint8Array)
  return hash.digest('hex')
}

export const dataMethods: Pick<Methods, 'data.import'> = {
  'data.import': (context, { path }, call) => importData(context, call, path),
}
