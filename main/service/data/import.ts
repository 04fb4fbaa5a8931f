// A file becomes the first version of a data set, chunk by chunk, so that nothing waits for a large table.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import * as v from 'valibot'
import { studioError } from '../../contract/errors/index.ts'
import { distinctName, fittingName } from '../../contract/names.ts'
import type { ReadingChoices } from '../../contract/reading.ts'
import type { DatasetRecord } from '../../contract/records.ts'
import type { ImportedData, SkippedRow } from '../../contract/service.ts'
import { readBytes } from '../../engine/data/bytes.ts'
import type { TableChunk, Watch } from '../../engine/data/formats/format.ts'
import { tableIn } from '../../engine/data/table-in.ts'
import { openTable, type Table } from '../../engine/data/table.ts'
import { rowsOf } from '../../contract/words/counts.ts'
import { resources } from '../../engine/resources.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { type Forecast, forecastOf, refuseForecast, refuseRows } from './forecast.ts'
import { takeOutOfTrash } from './out-of-trash.ts'

/** Rows that go into the database at once: short enough that nobody waits for it. */
const CHUNK = 500
/** Skipped rows that are named one by one. */
const NAMED = 100

/** Goes up with every change of what some file is read as: a data set of an older reader is then no answer any more. */
const READER_VERSION = 4

/**
 * A file that was read before, under this name, with these choices and by this reader, is found by its hash.
 * Errors: those of `tableIn` and `openTable`, 'data/no-rows', 'run/cancelled'.
 */
export async function importTable(
  context: ServiceContext,
  call: CallContext,
  given: string,
  choices: ReadingChoices = {},
): Promise<ImportedData> {
  const { store } = context
  const path = await tableIn(given)
  const table = await openTable(path, choices, watchOf(call))
  const file = basename(path)
  const hash = await hashReading(path, choices, table, call)
  const known = await store.datasets.byHash(hash)
  if (known) return countAgain(context, call, known, table)
  const { size } = await stat(path)
  refuseRows(file, table.size?.rows ?? 0)
  let forecast: Forecast | undefined
  const taken = new Set((await store.datasets.all()).map((dataset) => dataset.name))
  const name = distinctName(fittingName(file, 'data'), (each) => taken.has(each))
  const dataset = await store.datasets.add({ name, source: path, hash, columns: table.columns })
  try {
    const version = await store.datasets.begin(dataset.id, { kind: 'import', description: `Imported ${file}` })
    const counts = await forEachChunk(table, call, async (chunk) => {
      const { rows, bytes } = chunk
      if (rows.length > 0 && !forecast) {
        forecast = forecastOf(chunk, size, table.size)
        refuseForecast(file, forecast, context.home.folder)
      }
      for (let at = 0; at < rows.length; at += CHUNK) {
        const some = rows.slice(at, at + CHUNK)
        await store.piece((tables) => tables.rows.insert(version, some))
        await setImmediate()
      }
      call.emit({ event: 'progress', stage: 'importing', done: bytes, total: size })
    })
    const [first] = counts.skipped
    if (counts.rows === 0) throw studioError('data/no-rows', file, first?.line, first?.reason)
    await store.datasets.complete(version, { used: counts.rows, excluded: 0, trash: 0 })
    context.changed('data')
    return { dataset: dataset.id, version: version.number, name, columns: table.columns, used: counts.rows, ...counts }
  } catch (error) {
    context.tidy.abandon(dataset.id)
    throw error
  }
}

/** A file that is there already is read only for its counts; its newest version is what is tuned. One in the trash comes back. */
async function countAgain(
  context: ServiceContext,
  call: CallContext,
  known: DatasetRecord,
  table: Table,
): Promise<ImportedData> {
  const { store } = context
  const version = await store.datasets.newest(known.id)
  const counts = await forEachChunk(table, call, () => setImmediate())
  const { used } = await store.datasets.counts(known.id, version)
  const found = [
    ...(known.trashedAt === undefined ? [] : [`${known.name} is this file: it was in the trash, and is restored.`]),
    ...(version === 1
      ? []
      : [`The studio has this file as ${known.name}: its version ${version} is taken, with ${rowsOf(used)} in use.`]),
  ]
  await takeOutOfTrash(context, known.id)
  const taken = { ...counts.taken, notes: [...counts.taken.notes, ...found] }
  return { dataset: known.id, version, name: known.name, columns: known.columns, ...counts, used, taken }
}

type Counts = Pick<ImportedData, 'taken' | 'rows' | 'skippedCount' | 'skipped'>

/** Hands over every chunk, and counts. Errors: those of the table's chunks, 'run/cancelled'. */
export async function forEachChunk(
  table: Table,
  call: CallContext,
  work: (chunk: TableChunk) => Promise<unknown>,
): Promise<Counts> {
  let rows = 0
  let skippedCount = 0
  const named: SkippedRow[] = []
  const notes = [...table.taken.notes]
  for await (const chunk of table.chunks()) {
    refuseCancelled(call)
    rows += chunk.rows.length
    skippedCount += chunk.skipped.length
    named.push(...chunk.skipped.slice(0, NAMED - named.length))
    notes.push(...(chunk.notes ?? []))
    refuseRows(table.name, rows)
    await work(chunk)
  }
  return { taken: { ...table.taken, notes }, rows, skippedCount, skipped: named }
}

/** SHA-256 of the file's bytes and of all that decides how they are read. */
async function hashReading(
  path: string,
  choices: ReadingChoices,
  { beside }: Pick<Table, 'beside'>,
  call: CallContext,
): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of readBytes(path)) {
    refuseCancelled(call)
    hash.update(piece)
  }
  const chosen = Object.entries(choices).sort(([a], [b]) => (a < b ? -1 : 1))
  hash.update(JSON.stringify([READER_VERSION, basename(path), chosen, beside]))
  return hash.digest('hex')
}

/** Work that is told of often says so in a hundred steps, and ends where it is cancelled: as a file that is looked through before its rows come. */
export function watchOf(call: CallContext, stage = 'looking through the file'): Watch {
  let told = 0
  return (bytes, total) => {
    refuseCancelled(call)
    // Some files are looked through more than once.
    if (bytes >= told && bytes < told + total / 100) return
    told = bytes
    call.emit({ event: 'progress', stage, done: Math.min(bytes, total), total })
  }
}

export function refuseCancelled({ signal }: CallContext): void {
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

/** Whether a data set is the sample, wherever this or an earlier version of the studio lies. */
export const isSample = ({ source }: { readonly source: string }): boolean =>
  basename(dirname(source)) === 'sample' && existsSync(resources(`sample/${basename(source)}`))
