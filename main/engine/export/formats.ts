// The table of export formats: a new one is a new file and a line here.
import type { ExportFormat } from '../../contract/service.ts'
import { bundle } from './bundle.ts'
import type { Exported, Files } from './format.ts'
import { peft } from './peft.ts'

interface Format {
  /** The files of an export. */
  readonly files: (exported: Exported) => Files
  /** Whether it contains known answers, which have to be computed first. */
  readonly answers: boolean
}

export const formats: { readonly [F in ExportFormat]: Format } = {
  bundle: { files: bundle, answers: true },
  peft: { files: peft, answers: false },
}
