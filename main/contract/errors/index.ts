// The catalogue of errors: for each code, the sentence that the user reads.
import { calibrationErrors } from './calibration.ts'
import { committeeErrors } from './committee.ts'
import { computeErrors } from './compute.ts'
import { dataErrors } from './data.ts'
import { exportErrors } from './export.ts'
import { graphErrors } from './graph.ts'
import { labellingErrors } from './labelling.ts'
import { modelErrors } from './model.ts'
import type { ErrorExtras, ErrorReport, Told } from './remedy.ts'
import { runErrors } from './run.ts'
import { servingErrors } from './serving.ts'
import { shelfErrors } from './shelf.ts'
import { storeErrors } from './store.ts'
import { studioErrors } from './studio.ts'
import { tokenErrors } from './tokens.ts'
import { tuningErrors } from './tuning.ts'

/** Every error the studio can show: a code and the sentence it makes from its details. */
const catalogue = {
  ...calibrationErrors,
  ...committeeErrors,
  ...computeErrors,
  ...dataErrors,
  ...exportErrors,
  ...graphErrors,
  ...labellingErrors,
  ...modelErrors,
  ...runErrors,
  ...servingErrors,
  ...shelfErrors,
  ...storeErrors,
  ...studioErrors,
  ...tokenErrors,
  ...tuningErrors,
}

export type ErrorCode = keyof typeof catalogue
type Details<C extends ErrorCode> = Parameters<(typeof catalogue)[C]>

/** An error whose message says what is wrong and what to do. Crosses processes as an `ErrorReport`. */
export class StudioError extends Error {
  readonly code: string
  readonly remedy: ErrorExtras['remedy']
  readonly details: ErrorExtras['details']

  constructor(code: string, message: string, { remedy, details }: ErrorExtras = {}) {
    super(message)
    this.name = 'StudioError'
    this.code = code
    this.remedy = remedy
    this.details = details
  }

  /** What crosses to another process; `errorOf` makes the same error of it there. */
  get report(): ErrorReport {
    const { code, message, remedy, details } = this
    return { code, message, ...(remedy ? { remedy } : {}), ...(details === undefined ? {} : { details }) }
  }
}

export const errorOf = ({ code, message, ...extras }: ErrorReport): StudioError =>
  new StudioError(code, message, extras)

/** Makes the error of that code; throw what it returns. */
export function studioError<C extends ErrorCode>(code: C, ...details: Details<C>): StudioError {
  const tell = catalogue[code] as (...details: unknown[]) => Told
  const told = tell(...details)
  return typeof told === 'string' ? new StudioError(code, told) : errorOf({ code, ...told })
}
