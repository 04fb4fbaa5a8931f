// A file becomes the first version of a data set, chunk by chunk, so that nothing waits for a large table.
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import * as v from 'valibot'
import { studioError } from '../../contract/errors/index.ts'
import type { DataRow, DatasetRecord } from '../../contract/records.ts'
import type { ImportedData, SkippedRow } from '../../contract/service.ts'
import { readBytes } from '../../engine/data/encoding.ts'
import { openTable, type Table } from '../../engine/data/table.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { resources } from '../studio/resources.ts'

/** Rows that go into the database at once: short enough that nobody waits for it. */
const CHUNK = 500
/** Skipped rows that are named one by one. */
const NAMED = 100

/** A file that was imported before is found by its hash. Errors: those of `openTable`, 'data/no-rows', 'run/cancelled'. */
export async function importTable(context: ServiceContext, call: CallContext, path: string): Promise<ImportedData> {
  const { store } = context
  const table = await openTable(path)
  const hash = await hashFile(path, call)
  const known = await store.datasets.byHash(hash)
  if (known) return countAgain(context, call, known, table)
  const { size } = await stat(path)
  const name = basename(path)
  const dataset = await store.datasets.add({ name, source: path, hash, columns: table.columns })
  try {
    const version = await store.datasets.begin(dataset.id, { kind: 'import', description: `Imported ${name}` })
    const counts = await forEachChunk(table, call, async (rows, bytes) => {
      for (let at = 0; at < rows.length; at += CHUNK) {
        const some = rows.slice(at, at + CHUNK)
        await store.piece((tables) => tables.rows.insert(version, some))
        await setImmediate()
      }
      call.emit({ event: 'progress', stage: 'importing', done: bytes, total: size })
    })
    if (counts.rows === 0) throw studioError('data/no-rows', name)
    await store.datasets.complete(version, { used: counts.rows, excluded: 0, trash: 0 })
    context.changed('data')
    return { dataset: dataset.id, version: version.number, name, columns: table.columns, ...counts }
  } catch (error) {
    await context.tidy.forget(dataset.id)
    throw error
  }
}

/** A file that is there already is read only for its counts. */
async function countAgain(
  { store }: ServiceContext,
  call: CallContext,
  known: DatasetRecord,
  table: Table,
): Promise<ImportedData> {
  const version = (await store.datasets.versions(known.id)).at(-1)?.number ?? 1
  const counts = await forEachChunk(table, call, () => setImmediate())
  return { dataset: known.id, version, name: known.name, columns: known.columns, ...counts }
}

type Counts = Pick<ImportedData, 'rows' | 'skippedCount' | 'skipped'>

async function forEachChunk(
  table: Table,
  call: CallContext,
  work: (rows: readonly DataRow[], bytes: number) => Promise<unknown>,
): Promise<Counts> {
  let rows = 0
  let skippedCount = 0
  const named: SkippedRow[] = []
  for await (const chunk of table.chunks()) {
    refuseCancelled(call)
    rows += chunk.rows.length
    skippedCount += chunk.skipped.length
    named.push(...chunk.skipped.slice(0, NAMED - named.length))
    await work(chunk.rows, chunk.bytes)
  }
  return { rows, skippedCount, skipped: named }
}

async function hashFile(path: string, call: CallContext): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of readBytes(path)) {
    refuseCancelled(call)
    hash.update(piece)
  }
  return hash.digest('hex')
}

function refuseCancelled({ signal }: CallContext): void {
  if (signal.aborted) throw studioError('run/cancelled')
}

/** resources/sample/sample.json. */
const sampleFacts = v.object({ file: v.string(), text: v.string(), label: v.string() })

/** The table that the studio brings along, with its roles. */
export async function importSample(context: ServiceContext, call: CallContext): Promise<ImportedData> {
  const { file, text, label } = v.parse(
    sampleFacts,
    JSON.parse(await readFile(resources('sample/sample.json'), 'utf8')),
  )
  const imported = await importTable(context, call, resources(`sample/${file}`))
  await context.store.datasets.setRoles(imported.dataset, { text, label })
  return imported
}
