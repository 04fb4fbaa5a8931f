// A table that prompts shall label: copied into the studio's folder, its columns guessed, nothing answered yet.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { causeOf } from '../../contract/errors/causes.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { LabellingPrompt, LabellingRecord } from '../../contract/methods/labellings.ts'
import type { DataRow } from '../../contract/records.ts'
import type { Input } from '../../contract/service.ts'
import { joined } from '../../contract/words/counts.ts'
import { readBytes } from '../../engine/data/bytes.ts'
import { infoFile } from '../../engine/data/label-names.ts'
import { guessRoles } from '../../engine/data/roles.ts'
import { tableIn } from '../../engine/data/table-in.ts'
import { openTable, type Table } from '../../engine/data/table.ts'
import { sealTensors } from '../../engine/store/tensors.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { forEachChunk, watchOf } from '../data/import.ts'
import type { Home } from '../home/home.ts'
import { membersOf } from '../prompts/committee.ts'
import { findTuned, type Tuned } from '../prompts/tuned.ts'

/** In place of a prompt, until there is one: a person. */
const nobody: LabellingPrompt = { name: 'by hand', labels: [], byHand: true }

/** Rows that columns are guessed from, and those that are shown. */
const LOOKED_AT = 200
const SHOWN = 5

export const labellingFolder = ({ labellings }: Pick<Home, 'labellings'>, id: number): string =>
  join(labellings, String(id))

/** The studio's copy of the table. */
export const labelledFile = (home: Pick<Home, 'labellings'>, { id, file }: Pick<LabellingRecord, 'id' | 'file'>) =>
  join(labellingFolder(home, id), file)

/**
 * The labelling's number. Errors: those of `tableIn`, `openTable` and `findTuned`, of several prompts as one those of
 * `refuseStrangers` and 'committee/which'; 'data/no-rows', 'run/cancelled'.
 */
export async function openLabelling(
  context: ServiceContext,
  call: CallContext,
  { path: given, choices = {}, prompts: names, as }: Input<'labellings.open'>,
): Promise<number> {
  const path = await tableIn(given)
  const { store, home } = context
  const together = as === 'committee'
  if (together && names.length === 0) throw studioError('committee/which')
  const prompts = together
    ? await membersOf(store, names)
    : await Promise.all([...new Set(names)].map((name) => findTuned(store, name)))
  const table = await openTable(path, choices, watchOf(call))
  const asked = JSON.stringify(together ? { ...choices, as } : choices)
  const reading = [asked, ...(table.beside === undefined ? [] : [table.beside])]
  const hash = await hashOf(path, reading, prompts, call)
  const known = await store.labellings.byHash(hash)
  if (known) {
    // A backup that was restored has the answers, but not the file.
    if (!existsSync(labelledFile(home, known))) await keepCopy(home, path, table, known.id)
    return known.id
  }
  const { size } = await stat(path)
  const start: DataRow[] = []
  const counts = await forEachChunk(table, call, async ({ rows, bytes }) => {
    start.push(...rows.slice(0, LOOKED_AT - start.length))
    call.emit({ event: 'progress', stage: 'reading the file', done: bytes, total: size })
    await setImmediate()
  })
  const [skipped] = counts.skipped
  if (counts.rows === 0) throw studioError('data/no-rows', table.name, skipped?.line, skipped?.reason)
  const cells = start.map((row) => row.cells)
  const { columns } = table
  const id = await store.labellings.add({
    ...{ file: basename(path), hash, columns, rows: counts.rows, skipped: counts.skippedCount, taken: counts.taken },
    ...(await columnsFor(context, prompts, columns, cells)),
    prompts: labellingPrompts(prompts, together),
    first: cells.slice(0, SHOWN),
  })
  try {
    await keepCopy(home, path, table, id)
  } catch (error) {
    await store.labellings.remove(id)
    throw error
  }
  context.changed('labellings')
  return id
}

/** With what a file beside the table says of its cells, as that is not there beside the copy. Error: 'data/not-received'. */
async function keepCopy(home: Home, path: string, { beside }: Pick<Table, 'beside'>, id: number): Promise<void> {
  const folder = labellingFolder(home, id)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if (beside !== undefined) await writeFile(join(folder, infoFile), beside)
    await copyFile(path, labelledFile(home, { id, file: basename(path) }))
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw studioError('data/not-received', causeOf(error))
  }
}

/** Who answers: a person, each of the prompts, or all of them as one. */
function labellingPrompts(prompts: readonly Tuned[], together: boolean): readonly LabellingPrompt[] {
  const [first] = prompts
  if (!first) return [nobody]
  if (!together) return prompts.map(({ name, prompt }) => ({ name, labels: prompt.labels }))
  const members = prompts.map(({ name }) => name)
  return [{ name: joined(members), labels: first.prompt.labels, members }]
}

/** Of the file's bytes, of how it is read, and of the prompts: once these are calibrated, they answer it anew. */
async function hashOf(
  path: string,
  reading: readonly string[],
  prompts: readonly Tuned[],
  call: CallContext,
): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of readBytes(path)) {
    if (call.signal.aborted) throw studioError('run/cancelled')
    hash.update(piece)
  }
  const identities = prompts.map(({ name, prompt: { tensors, settings, labels, modelHash, calibration } }) => [
    name,
    sealTensors(tensors).sha256,
    settings,
    labels,
    modelHash,
    ...(calibration ? [calibration.temperature] : []),
  ])
  return hash.update(JSON.stringify([basename(path), ...reading, identities])).digest('hex')
}

/** The columns that are named as those which the first prompt was tuned on, or else as an import guesses them. */
async function columnsFor(
  { store }: ServiceContext,
  prompts: readonly Tuned[],
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<Pick<LabellingRecord, 'text' | 'context'>> {
  const run = await store.runs.find(prompts[0]?.name ?? '')
  const task = run && (await store.tasks.byId(run.task))
  const named = (wanted: string | undefined): string | undefined =>
    columns.find((column) => wanted !== undefined && wanted !== '' && same(column, wanted))
  const guess = guessRoles(columns, rows)
  const text = named(task?.textColumn) ?? guess.text
  const about = task ? (task.contextColumn === '' ? '' : (named(task.contextColumn) ?? guess.context)) : guess.context
  return { text, context: about === text ? '' : about }
}

const same = (one: string, other: string): boolean => one.trim().toLowerCase() === other.trim().toLowerCase()
