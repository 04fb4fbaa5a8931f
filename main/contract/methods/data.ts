// Methods files.* and data.*: bring examples in, look at them, change them, take it back.
import * as v from 'valibot'
import type { DataRow, DatasetRecord, RowState, VersionRecord } from '../records.ts'
import { type GivenSettings, type TaskName, taskNames, type Template } from '../settings.ts'
import { column, id, nothing, path, text, title, whole } from './fields.ts'

const rowNumber = whole(0, Number.MAX_SAFE_INTEGER)
const state = v.picklist(['used', 'excluded', 'trash'])

/** Bytes of one piece of a file at most. */
export const FILE_PIECE = 1 << 20

const filter = v.variant('kind', [
  v.strictObject({ kind: v.literal('label'), values: v.pipe(v.array(text), v.maxLength(1000)) }),
  /** Characters of the text column, both ends included. */
  v.strictObject({ kind: v.literal('length'), from: whole(0, 1e9), to: whole(0, 1e9) }),
  v.strictObject({ kind: v.literal('problem'), problem: v.string() }),
  v.strictObject({ kind: v.literal('rows'), rows: v.pipe(v.array(rowNumber), v.maxLength(100_000)) }),
])

const query = v.strictObject({
  /** Found in any cell, case ignored; empty = all. */
  search: v.pipe(v.string(), v.maxLength(1000)),
  /** A row must pass every one of them. */
  filters: v.pipe(v.array(filter), v.maxLength(20)),
  /** The states to show. */
  states: v.pipe(v.array(state), v.minLength(1)),
  /** By a column's cells, by the text's length, or absent: as in the file. */
  sort: v.exactOptional(
    v.strictObject({
      by: v.variant('kind', [
        v.strictObject({ kind: v.literal('column'), column }),
        v.strictObject({ kind: v.literal('length') }),
      ]),
      descending: v.boolean(),
    }),
  ),
})

/** The rows that a change is for. */
const target = v.variant('by', [
  v.strictObject({ by: v.literal('rows'), rows: v.pipe(v.array(rowNumber), v.minLength(1), v.maxLength(100_000)) }),
  /** Places in a view, both ends included. */
  v.strictObject({ by: v.literal('view'), view: id, from: rowNumber, to: rowNumber }),
])

const change = v.variant('kind', [
  v.strictObject({ kind: v.literal('cell'), column, value: text }),
  v.strictObject({ kind: v.literal('state'), state }),
])

const dataset = id

/** `settings`: the schema of what a person may set of a run. */
export const dataInputs = (settings: v.GenericSchema<GivenSettings>) => ({
  /** A file that comes in pieces (dropped or pasted into a window); its name decides its format where its text does not. */
  'files.open': v.strictObject({ name: v.pipe(v.string(), v.minLength(1), v.maxLength(255)) }),
  'files.write': v.strictObject({ file: id, bytes: v.pipe(v.instance(Uint8Array), v.maxLength(FILE_PIECE)) }),
  /** Gives the path for data.import or models.add. */
  'files.close': v.strictObject({ file: id }),
  'data.import': v.strictObject({ path }),
  /** The sample that comes with the studio; imported once. */
  'data.sample': nothing,
  'data.list': nothing,
  'data.show': v.strictObject({ dataset }),
  'data.rename': v.strictObject({ dataset, name: title }),
  /** An empty name takes the version's name away. */
  'data.nameVersion': v.strictObject({ dataset, version: id, name: v.pipe(v.string(), v.trim(), v.maxLength(80)) }),
  /** Error where runs pin it. */
  'data.remove': v.strictObject({ dataset }),
  /** Without a context there is none from now on; without a task it is guessed from the answers again. */
  'data.roles': v.strictObject({
    dataset,
    text: column,
    label: column,
    context: v.exactOptional(column),
    task: v.exactOptional(v.picklist(taskNames)),
  }),
  'data.profile': v.strictObject({ dataset, version: id }),
  /** Finds a version's rows; the answer is kept for data.page until its data set is viewed anew many times. */
  'data.view': v.strictObject({ dataset, version: v.exactOptional(id), query }),
  /** Rows of a view as they are now. */
  'data.page': v.strictObject({ view: id, from: rowNumber, count: whole(1, 1000) }),
  'data.change': v.strictObject({ dataset, target, change }),
  'data.add': v.strictObject({
    dataset,
    rows: v.pipe(v.array(v.pipe(v.array(text), v.maxLength(1000))), v.minLength(1), v.maxLength(10_000)),
  }),
  /** Applies a problem's own fix to the newest version. */
  'data.fix': v.strictObject({ dataset, problem: v.string() }),
  'data.undo': v.strictObject({ dataset }),
  'data.redo': v.strictObject({ dataset }),
  'data.compare': v.strictObject({ dataset, from: id, to: id, offset: rowNumber, count: whole(1, 1000) }),
  /** The exact text that the model will read for these rows, in pieces, with token counts. */
  'data.preview': v.strictObject({
    dataset,
    version: id,
    text: column,
    label: column,
    context: v.exactOptional(column),
    model: title,
    settings,
    rows: v.pipe(v.array(rowNumber), v.maxLength(100)),
  }),
})

export type DataQuery = v.InferOutput<typeof query>
export type DataFilter = v.InferOutput<typeof filter>
export type DataTarget = v.InferOutput<typeof target>
export type DataChange = v.InferOutput<typeof change>

/** A row that could not be read, for its owner. */
export interface SkippedRow {
  readonly line: number
  readonly reason: string
}

export interface ImportedData {
  readonly dataset: number
  readonly version: number
  readonly name: string
  readonly columns: readonly string[]
  readonly rows: number
  readonly skippedCount: number
  /** The first of them. */
  readonly skipped: readonly SkippedRow[]
}

/** Which columns are read and which is answered; guessed until their owner says so. */
export interface Roles {
  readonly text: string
  readonly label: string
  /** What the text asks about; '' where there is no such column. */
  readonly context: string
  readonly guessed: boolean
  /** What the answers are. */
  readonly task: TaskName
  /** The task is guessed from the answers, whoever said which column holds them. */
  readonly taskGuessed: boolean
}

export interface DatasetSummary extends DatasetRecord {
  /** The newest version. */
  readonly version: number
  /** Rows in use in it. */
  readonly rows: number
  readonly roles: Roles
  /** Runs that pin one of its versions. */
  readonly runs: number
}

export interface DatasetDetails extends DatasetSummary {
  readonly excluded: number
  readonly trash: number
  readonly versions: readonly VersionRecord[]
  /** What an undo or redo would do now, in words; undefined where there is nothing. */
  readonly undo: string | undefined
  readonly redo: string | undefined
}

export interface LabelCount {
  readonly label: string
  readonly rows: number
}

/** Rows whose text has `from` up to and including `to` characters. */
export interface LengthBin {
  readonly from: number
  readonly to: number
  readonly rows: number
}

/** Something about some rows that tuning would suffer from. */
export interface DataProblem {
  /** Its name in a 'problem' filter and in data.fix. */
  readonly problem: string
  readonly title: string
  /** Why it matters and what the fix does, in a sentence or two. */
  readonly explanation: string
  readonly rows: number
  /** The button's words; undefined where only a person can decide. */
  readonly fix: string | undefined
}

/** Rows in use, counted; excluded rows and trash do not count. */
export interface DataProfile {
  readonly rows: number
  readonly labels: readonly LabelCount[]
  readonly lengths: readonly LengthBin[]
  readonly problems: readonly DataProblem[]
}

export interface ViewedRow extends DataRow {
  readonly state: RowState
}

export interface RowDifference {
  readonly row: number
  /** Undefined where it was added. */
  readonly before: ViewedRow | undefined
  /** Undefined where it was removed. */
  readonly after: ViewedRow | undefined
}

export interface PreviewPiece {
  readonly kind: 'virtual' | 'template' | 'text' | 'answer'
  readonly text: string
  readonly tokens: number
}

export interface PreviewRow {
  readonly row: number
  readonly pieces: readonly PreviewPiece[]
  readonly tokens: number
  /** Tokens a row may take; a longer text is cut, never the answer. */
  readonly budget: number
  readonly cut: boolean
}

export interface DataPreview {
  readonly rows: readonly PreviewRow[]
  readonly template: Template
}

export interface DataOutputs {
  readonly 'files.open': { readonly file: number }
  readonly 'files.write': null
  readonly 'files.close': { readonly path: string }
  readonly 'data.import': ImportedData
  readonly 'data.sample': ImportedData
  readonly 'data.list': readonly DatasetSummary[]
  readonly 'data.show': DatasetDetails
  readonly 'data.rename': DatasetDetails
  readonly 'data.nameVersion': DatasetDetails
  readonly 'data.remove': null
  readonly 'data.roles': Roles
  readonly 'data.profile': DataProfile
  readonly 'data.view': { readonly view: number; readonly total: number }
  readonly 'data.page': readonly ViewedRow[]
  readonly 'data.change': VersionRecord
  readonly 'data.add': VersionRecord
  readonly 'data.fix': VersionRecord
  readonly 'data.undo': VersionRecord
  readonly 'data.redo': VersionRecord
  readonly 'data.compare': {
    readonly added: number
    readonly changed: number
    readonly removed: number
    readonly rows: readonly RowDifference[]
  }
  readonly 'data.preview': DataPreview
}
