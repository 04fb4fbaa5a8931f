// Methods models.*: base models, added, listed, removed.
import * as v from 'valibot'
import type { ModelRecord } from '../records.ts'
import { precisionNames } from '../settings.ts'
import { nothing, path, title } from './fields.ts'

export const modelInputs = {
  'models.list': nothing,
  /** The families whose models can be added, as people write them. */
  'models.families': nothing,
  /** `precision`: what its weights are prepared in; runs in others prepare it once more from the same file. */
  'models.add': v.strictObject({
    path,
    name: v.exactOptional(title),
    precision: v.exactOptional(v.picklist(precisionNames)),
  }),
  'models.starter': nothing,
  /** Forgets the model and deletes the copies that the studio made of it; a file outside its folder stays. */
  'models.remove': v.strictObject({ model: title }),
} as const

/** A model with what it takes and what it leaves. */
export interface InstalledModel extends ModelRecord {
  /** Bytes on disk, of what the studio keeps. */
  readonly bytes: number
  /** Tokens it can read at once. */
  readonly context: number
  /** How many numbers it is made of. */
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
}
