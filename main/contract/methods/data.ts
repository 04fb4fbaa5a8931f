// Methods data.*: import data sets, view, edit, undo.
import * as v from 'valibot'
import type { ErrorReport } from '../errors/remedy.ts'
import { writtenFormats } from '../kinds.ts'
import type { Power } from '../power.ts'
import { readingChoices, type Taken } from '../reading.ts'
import type { DataRow, DatasetRecord, RowState, VersionRecord } from '../records.ts'
import { type GivenSettings, type TaskName, taskNames, type Template } from '../settings.ts'
import { column, id, list, nothing, path, reference, text, title, whole } from './fields.ts'

const rowNumber = whole(0, Number.MAX_SAFE_INTEGER)
const state = v.picklist(['used', 'excluded', 'trash'])

const filter = v.variant('kind', [
  v.strictObject({ kind: v.literal('label'), values: list(text, 1000) }),
  /** Characters of the text column, both ends included. */
  v.strictObject({ kind: v.literal('length'), from: whole(0, 1e9), to: whole(0, 1e9) }),
  v.strictObject({ kind: v.literal('problem'), problem: column }),
  v.strictObject({ kind: v.literal('rows'), rows: list(rowNumber, 100_000) }),
])

const query = v.strictObject({
  /** Text to find in any cell, ignoring case; empty = all rows. */
  search: v.pipe(v.string(), v.maxLength(1000)),
  /** A row must pass every one of them. */
  filters: list(filter, 20),
  /** The states to show. */
  states: list(state, 3, 1),
  /** By a column's cells or by the text's length; the file's order where absent. */
  sort: v.exactOptional(
    v.strictObject({
      by: v.variant('kind', [
        v.strictObject({ kind: v.literal('column'), column }),
        v.strictObject({ kind: v.literal('length') }),
        /** Rows whose texts people cannot tell apart stand side by side. */
        v.strictObject({ kind: v.literal('alike') }),
      ]),
      descending: v.boolean(),
    }),
  ),
})

/** The rows to change. */
const target = v.variant('by', [
  v.strictObject({ by: v.literal('rows'), rows: list(rowNumber, 100_000, 1) }),
  /** Positions in a view, both ends included. */
  v.strictObject({ by: v.literal('view'), view: id, from: rowNumber, to: rowNumber }),
])

const change = v.variant('kind', [
  v.strictObject({ kind: v.literal('cell'), column, value: text }),
  v.strictObject({ kind: v.literal('state'), state }),
])

const dataset = id

/** Roles of columns and the kind of task, as far as somebody chose them. */
const someRoles = v.strictObject({
  text: v.exactOptional(column),
  label: v.exactOptional(column),
  context: v.exactOptional(column),
  task: v.exactOptional(v.picklist(taskNames)),
})

/** `settings`: the schema of a run's given settings. */
export const dataInputs = (settings: v.GenericSchema<GivenSettings>) => ({
  'data.import': v.strictObject({ path: path('read'), choices: v.exactOptional(readingChoices) }),
  /** Reads a file as an import would and says what it takes; nothing is kept. Columns and task are guessed where absent. */
  'data.look': v.strictObject({ path: path('read'), choices: v.exactOptional(readingChoices), ...someRoles.entries }),
  /** The first rows of a file as an import would read them, at once: what a person looks at while they choose. Nothing is kept. */
  'data.glance': v.strictObject({ path: path('read'), choices: v.exactOptional(readingChoices) }),
  /** Imports the sample data set, unless it is imported already. */
  'data.sample': nothing,
  'data.list': nothing,
  'data.show': v.strictObject({ dataset }),
  'data.rename': v.strictObject({ dataset, name: title }),
  /** An empty name removes the version's name. */
  'data.nameVersion': v.strictObject({
    dataset,
    version: id,
    name: v.union([v.pipe(v.string(), v.trim(), v.literal('')), title]),
  }),
  /** Chooses the columns; without `context` there is none, and without `task` it is inferred from the answers. */
  'data.roles': v.strictObject({
    dataset,
    text: column,
    label: column,
    context: v.exactOptional(column),
    task: v.exactOptional(v.picklist(taskNames)),
  }),
  /** By the data set's own roles where none are given. */
  'data.profile': v.strictObject({ dataset, version: id, roles: v.exactOptional(someRoles) }),
  /** Finds a version's rows, and keeps the result for data.page until many newer views of the data set replace it. */
  'data.view': v.strictObject({ dataset, version: v.exactOptional(id), query }),
  /** Rows of a view in their present state. */
  'data.page': v.strictObject({ view: id, from: rowNumber, count: whole(1, 1000) }),
  'data.change': v.strictObject({ dataset, target, change }),
  'data.add': v.strictObject({
    dataset,
    rows: list(list(text, 1000), 10_000, 1),
  }),
  /**
   * Applies a problem's own fix to the newest version, or the fixes of all problems that are safe, as one change. `anyway`:
   * even where it leaves less than half of the rows. Errors: 'data/no-fix', 'data/fix-leaves-few'.
   */
  'data.fix': v.strictObject({ dataset, problem: v.exactOptional(column), anyway: v.exactOptional(v.boolean()) }),
  /** How many problems a data set has, and whether a run on it would begin. */
  'data.health': v.strictObject({ dataset }),
  /** Writes a version's rows in use to a new file. */
  'data.write': v.strictObject({
    dataset,
    version: v.exactOptional(id),
    format: v.picklist(writtenFormats),
    path: path('save'),
  }),
  'data.undo': v.strictObject({ dataset }),
  'data.redo': v.strictObject({ dataset }),
  /** Makes the rows again what they were in an earlier version, as a new one. */
  'data.goBack': v.strictObject({ dataset, version: id }),
  'data.compare': v.strictObject({ dataset, from: id, to: id, offset: rowNumber, count: whole(1, 1000) }),
  /** The exact text that the model reads for these rows, in pieces with token counts. */
  'data.preview': v.strictObject({
    dataset,
    version: id,
    text: column,
    label: column,
    context: v.exactOptional(column),
    model: reference,
    settings,
    rows: list(rowNumber, 100),
  }),
})

export type DataQuery = v.InferOutput<typeof query>
export type DataFilter = v.InferOutput<typeof filter>
export type DataTarget = v.InferOutput<typeof target>
export type DataChange = v.InferOutput<typeof change>

/** A line of an imported file that could not be read as a row. */
export interface SkippedRow {
  readonly line: number
  readonly reason: string
}

export interface ImportedData {
  readonly dataset: number
  readonly version: number
  readonly name: string
  readonly columns: readonly string[]
  /** How the file was read; its notes tell what was guessed, filled in or left out. */
  readonly taken: Taken
  /** Rows read from the file. */
  readonly rows: number
  /** Rows in use in `version`: others than `rows` where the file was imported before and rows were edited since. */
  readonly used: number
  readonly skippedCount: number
  /** The first of the skipped rows. */
  readonly skipped: readonly SkippedRow[]
}

/** What an import of a file would take. */
export interface DataLook extends Pick<
  ImportedData,
  'name' | 'columns' | 'taken' | 'rows' | 'skippedCount' | 'skipped'
> {
  /** The first rows. */
  readonly first: readonly DataRow[]
  readonly roles: Roles
  readonly profile: DataProfile
  /** Why a run on these columns would not start; undefined where it would, null where there are too many rows to tell soon. */
  readonly refusal: string | null | undefined
}

/** One of a file's first lines that are not empty, or rows of a sheet, before anything is made of them. */
export interface FirstLine {
  readonly line: number
  /** The first ones, cut where they are long. */
  readonly cells: readonly string[]
}

/** The beginning of a file, as an import would read it. */
export interface DataGlance extends Pick<ImportedData, 'name' | 'columns' | 'taken' | 'skipped'> {
  /** The first rows, with long cells cut. */
  readonly first: readonly DataRow[]
  /** The file's rows, where they are known; undefined where only reading all of it tells. */
  readonly rows: number | undefined
  /** The lines among which the names of the columns may be chosen; none where every row brings its own. */
  readonly head: readonly FirstLine[]
  readonly roles: Roles
}

/** The columns of text, context and answer; guessed until the user chooses them. */
export interface Roles {
  readonly text: string
  readonly label: string
  /** The column of contexts to which the texts' questions refer; '' where there is none. */
  readonly context: string
  readonly guessed: boolean
  /** The kind of task. */
  readonly task: TaskName
  /** True where the task is inferred from the answers, even where the user chose the columns. */
  readonly taskGuessed: boolean
}

export interface DatasetSummary extends DatasetRecord {
  /** The newest version. */
  readonly version: number
  /** Rows in use in it. */
  readonly rows: number
  readonly roles: Roles
  /** Runs that were tuned on one of its versions, without those in the trash. */
  readonly runs: number
  /** Problems of its rows; undefined where this version was not checked yet for columns of these roles. */
  readonly problems: number | undefined
  /** Whether it is the sample that comes with the studio. */
  readonly isSample: boolean
}

export interface DatasetDetails extends DatasetSummary {
  readonly excluded: number
  readonly trash: number
  readonly versions: readonly VersionRecord[]
  /** Descriptions of what undo and redo would do; undefined where there is nothing to undo or redo. */
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

/** A problem of some rows that would harm tuning. */
export interface DataProblem {
  /** Its name in a 'problem' filter and in data.fix. */
  readonly problem: string
  readonly title: string
  /** One or two sentences: why it matters and what the fix does. */
  readonly explanation: string
  readonly rows: number
  /** Undefined where only the user can decide. */
  readonly fix:
    | {
        readonly button: string
        /** Rows in use that it leaves. */
        readonly leaves: number
        /** Whether it loses nothing that a run could use. */
        readonly safe: boolean
      }
    | undefined
}

export interface DataHealth {
  /** The newest version, of which the rest is true. */
  readonly version: number
  readonly rows: number
  readonly problems: number
  /** Why a run would not begin; undefined where it would, null where there are too many rows to tell soon. */
  readonly refusal: ErrorReport | null | undefined
}

/** Statistics of the rows in use, without excluded rows and trash. */
export interface DataProfile {
  readonly rows: number
  readonly labels: readonly LabelCount[]
  readonly lengths: readonly LengthBin[]
  readonly problems: readonly DataProblem[]
  /** What a verdict on so few rows can show; absent where they are not few. */
  readonly power?: Power
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
  /** `adapted`: of the template or the text, and what an adapter of the tail acts on. */
  readonly kind: 'virtual' | 'template' | 'text' | 'adapted' | 'answer'
  readonly text: string
  readonly tokens: number
}

export interface PreviewRow {
  readonly row: number
  readonly pieces: readonly PreviewPiece[]
  readonly tokens: number
  /** Tokens of a row at most; a longer row's text is truncated, never its answer. */
  readonly budget: number
  readonly cut: boolean
}

export interface DataPreview {
  readonly rows: readonly PreviewRow[]
  readonly template: Template
}

export interface DataOutputs {
  readonly 'data.import': ImportedData
  readonly 'data.look': DataLook
  readonly 'data.glance': DataGlance
  readonly 'data.sample': ImportedData
  readonly 'data.list': readonly DatasetSummary[]
  readonly 'data.show': DatasetDetails
  readonly 'data.rename': DatasetDetails
  readonly 'data.nameVersion': DatasetDetails
  readonly 'data.roles': Roles
  readonly 'data.profile': DataProfile
  readonly 'data.view': { readonly view: number; readonly total: number }
  readonly 'data.page': readonly ViewedRow[]
  readonly 'data.change': VersionRecord
  readonly 'data.add': VersionRecord
  readonly 'data.fix': VersionRecord
  readonly 'data.health': DataHealth
  readonly 'data.write': { readonly rows: number }
  readonly 'data.undo': VersionRecord
  readonly 'data.redo': VersionRecord
  readonly 'data.goBack': VersionRecord
  readonly 'data.compare': {
    readonly added: number
    readonly changed: number
    readonly removed: number
    readonly rows: readonly RowDifference[]
  }
  readonly 'data.preview': DataPreview
}
