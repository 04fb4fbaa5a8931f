// Methods host.* and files.*, which a window's host answers itself: paths that a person chose, as grants that name them.
import * as v from 'valibot'
import { id, nothing, pathUses } from './fields.ts'

/** Bytes of one piece of an uploaded file at most. */
export const FILE_PIECE = 1 << 20

const fileName = v.pipe(v.string(), v.minLength(1), v.maxLength(255))
const use = v.picklist(pathUses)

export const hostInputs = {
  /** How a person can name a path here. */
  'host.ways': nothing,
  /** Asks the person by a dialog of the system; null where they choose nothing. Error: 'studio/no-dialog'. */
  'host.choose': v.strictObject({ use, suggested: v.exactOptional(fileName) }),
  /** Takes a path that the person typed, within the folders that they named when they started the host. Error: 'studio/path-outside'. */
  'host.type': v.strictObject({ use, path: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(4096)) }),
  /**
   * Begins a file that is sent in pieces (dropped or pasted into a window); its name decides its format where its content
   * does not. `folder`: it is a folder, whose files follow. Error: 'data/too-many-files'.
   */
  'files.open': v.strictObject({ name: fileName, folder: v.exactOptional(v.literal(true)) }),
  /** Begins the next file of a folder. */
  'files.next': v.strictObject({ file: id, name: fileName }),
  'files.write': v.strictObject({ file: id, bytes: v.pipe(v.instance(Uint8Array), v.maxLength(FILE_PIECE)) }),
  /** Ends it; what was sent is deleted once the grant has been used, and when the window leaves. */
  'files.close': v.strictObject({ file: id }),
  /**
   * A place for one file that the service shall write for the window's person, where the host asks by no dialog. Error:
   * 'studio/no-downloads'.
   */
  'files.place': v.strictObject({ name: fileName }),
  /** Gives a grant back that will not be used: what was sent for it is deleted. */
  'files.giveUp': v.strictObject({ grant: v.pipe(v.string(), v.maxLength(100)) }),
} as const

export type HostInputs = typeof hostInputs
export type HostMethod = keyof HostInputs
export type HostInput<M extends HostMethod> = v.InferOutput<HostInputs[M]>

/** Stands for a path, in the host's calls to the service; good for one call, and for 'data.glance' before it. */
export type Grant = string & { readonly granted: unique symbol }

/** What a window is given of a path. */
export interface Granted {
  readonly grant: Grant
  /** The last part of the path, to be shown. */
  readonly name: string
}

/** A place to save a file at, for the person to take. */
export interface Placed extends Granted {
  /** Where the browser gets the file once it is written, one time. */
  readonly address: string
}

export interface Ways {
  /** Whether 'host.choose' asks by a dialog. */
  readonly chooses: boolean
  /** Folders within which 'host.type' takes a path. */
  readonly allowed: readonly string[]
}

export interface HostOutputs {
  readonly 'host.ways': Ways
  readonly 'host.choose': Granted | null
  readonly 'host.type': Granted
  readonly 'files.open': { readonly file: number }
  readonly 'files.next': null
  readonly 'files.write': null
  readonly 'files.close': Granted
  readonly 'files.place': Placed
  readonly 'files.giveUp': null
}
