// Methods models.*: add, list and remove base models.
import * as v from 'valibot'
import type { ModelRecord } from '../records.ts'
import { precisionNames } from '../settings.ts'
import { nothing, path, reference, title } from './fields.ts'

export const modelInputs = {
  'models.list': nothing,
  /** Titles of the supported architectures. */
  'models.families': nothing,
  /** `precision`: that of its prepared weights; runs in another precision prepare it again from the same file. */
  'models.add': v.strictObject({
    path: path('read'),
    /** That of the file or folder where it is not given, made to fit and told apart from the others. */
    name: v.exactOptional(title),
    precision: v.exactOptional(v.picklist(precisionNames)),
  }),
  'models.starter': nothing,
  /** Removes the model and the copies that the studio made of it; the source file stays if it is outside the studio's folder. */
  'models.remove': v.strictObject({ model: reference }),
  /** Error: 'store/name-taken'. */
  'models.rename': v.strictObject({ model: reference, name: title }),
} as const

/** A model with its sizes, and whether it fits this computer. */
export interface InstalledModel extends ModelRecord {
  /** Bytes of the studio's copies on disk. */
  readonly bytes: number
  /** Context length in tokens. */
  readonly context: number
  /** Number of parameters. */
  readonly parameters: number
  /** Estimated bytes of memory that tuning with the defaults takes. */
  readonly memory: number
  readonly fits: boolean
  /** Runs that were tuned on it; a model with runs cannot be removed. */
  readonly runs: number
}

export interface ModelOutputs {
  readonly 'models.list': readonly InstalledModel[]
  readonly 'models.families': readonly string[]
  readonly 'models.add': ModelRecord
  readonly 'models.starter': ModelRecord
  readonly 'models.remove': null
  readonly 'models.rename': ModelRecord
}
