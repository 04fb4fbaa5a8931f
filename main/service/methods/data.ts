// Methods data.*: a file becomes the first version of a data set; data sets are listed, named, profiled, mended, removed.
import { createHash } from 'node:crypto'
import { readFile, rm, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import * as v from 'valibot'
import { studioError } from '../../contract/errors/index.ts'
import type { DataRow, DatasetRecord, VersionRecord } from '../../contract/records.ts'
import type {
  DatasetDetails,
  DatasetSummary,
  ImportedData,
  Input,
  SkippedRow,
  ViewedRow,
} from '../../contract/service.ts'
import { readBytes } from '../../engine/data/encoding.ts'
import { openTable, type Table } from '../../engine/data/table.ts'
import { grouped } from '../../engine/data/words.ts'
import type { CallContext, Methods, ServiceContext } from '../context.ts'
import { cachedTextsFolder } from '../home/home.ts'
import { edit } from '../data/edits.ts'
import { profileOf, shownProfile } from '../data/profile.ts'
import { resources } from '../studio/resources.ts'
import { rolesOf } from '../data/roles.ts'
import { findDataset } from '../lookup.ts'

/** Rows that go into the database at once: short enough that nobody waits for it. */
const CHUNK = 500
/** Skipped rows that are named one by one. */
const NAMED = 100

async function importData(context: ServiceContext, call: CallContext, path: string): Promise<ImportedData> {
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

async function importSample(context: ServiceContext, call: CallContext): Promise<ImportedData> {
  const { file, text, label } = v.parse(
    sampleFacts,
    JSON.parse(await readFile(resources('sample/sample.json'), 'utf8')),
  )
  const imported = await importData(context, call, resources(`sample/${file}`))
  await context.store.datasets.setRoles(imported.dataset, { text, label })
  return imported
}

async function summary(context: ServiceContext, record: DatasetRecord): Promise<DatasetSummary> {
  const { store } = context
  const version = await store.datasets.newest(record.id)
  const [counts, roles, runs] = await Promise.all([
    store.datasets.counts(record.id, version),
    rolesOf(context, record.id),
    store.runs.countOn(record.id),
  ])
  return { ...record, version, rows: counts.used, roles, runs }
}

async function details(context: ServiceContext, id: number): Promise<DatasetDetails> {
  const { store } = context
  const shown = await summary(context, await findDataset(store, id))
  const [{ excluded, trash }, history] = await Promise.all([
    store.datasets.counts(id, shown.version),
    store.datasets.history(id),
  ])
  const { versions, undo, redo } = history
  return { ...shown, excluded, trash, versions, undo: undo?.description, redo: redo?.description }
}

async function fix(context: ServiceContext, { dataset, problem }: Input<'data.fix'>): Promise<VersionRecord> {
  const { store } = context
  const record = await findDataset(store, dataset)
  const { findings } = await profileOf(context, dataset, await store.datasets.newest(dataset))
  const found = findings.get(problem)
  if (!found?.fix) throw studioError('data/no-fix')
  const { fix, rows } = found
  const labelAt = record.columns.indexOf((await rolesOf(context, dataset)).label)
  const mended = (row: ViewedRow): ViewedRow => {
    if (fix.kind === 'exclude') return { ...row, state: 'excluded' }
    const label = (row.cells[labelAt] ?? '').trim()
    return { ...row, cells: row.cells.map((cell, i) => (i === labelAt ? (fix.labels.get(label) ?? cell) : cell)) }
  }
  return edit(context, dataset, `${fix.button}: ${grouped(rows.length)}`, rows, async (tables, version, some) =>
    tables.rows.replace(version, (await tables.rows.read(dataset, version.number, some)).map(mended)),
  )
}

type Described =
  `data.${'import' | 'sample' | 'list' | 'show' | 'rename' | 'nameVersion' | 'remove' | 'roles' | 'profile' | 'fix'}`

export const dataMethods: Pick<Methods, Described> = {
  'data.import': (context, { path }, call) => importData(context, call, path),
  'data.sample': (context, _input, call) => importSample(context, call),
  'data.list': async (context) =>
    Promise.all((await context.store.datasets.list()).map((record) => summary(context, record))),
  'data.show': (context, { dataset }) => details(context, dataset),
  'data.rename': async (context, { dataset, name }) => {
    await findDataset(context.store, dataset)
    await context.store.datasets.rename(dataset, name)
    context.changed('data')
    return details(context, dataset)
  },
  'data.nameVersion': async (context, { dataset, version, name }) => {
    await findDataset(context.store, dataset)
    if (version > (await context.store.datasets.newest(dataset)))
      throw studioError('store/missing', 'version', String(version))
    await context.store.datasets.nameVersion(dataset, version, name)
    context.changed('data')
    return details(context, dataset)
  },
  'data.remove': async ({ store, changed, tidy, home }, { dataset }) => {
    const { name } = await findDataset(store, dataset)
    const runs = await store.runs.countOn(dataset)
    if (runs > 0) throw studioError('data/in-use', name, runs)
    await tidy.forget(dataset)
    await rm(cachedTextsFolder(home, dataset), { recursive: true, force: true })
    changed('data')
    return null
  },
  'data.roles': async (context, { dataset, ...roles }) => {
    const { columns, name } = await findDataset(context.store, dataset)
    for (const column of [roles.text, roles.label, ...(roles.context ? [roles.context] : [])])
      if (!columns.includes(column)) throw studioError('run/no-column', name, column, columns)
    await context.store.datasets.setRoles(dataset, roles)
    context.changed('data')
    return rolesOf(context, dataset)
  },
  'data.profile': async (context, { dataset, version }, { emit }) => {
    const { rows } = await summary(context, await findDataset(context.store, dataset))
    const onRows = (done: number): void => {
      emit({ event: 'progress', stage: 'looking at the rows', done, total: rows })
    }
    return shownProfile(await profileOf(context, dataset, version, onRows))
  },
  'data.fix': (context, input) => fix(context, input),
}
