// The formats that a prompt can be taken away in: a new one is a new file and a line here.
import type { ExportFormat } from '../../contract/service.ts'
import { bundle } from './bundle.ts'
import type { Exported, Files } from './format.ts'
import { peft } from './peft.ts'

interface Format {
  /** What it makes of a prompt. */
  readonly files: (exported: Exported) => Files
  /** Whether known answers go with it, which have to be computed. */
  readonly answers: boolean
}

export const formats: { readonly [F in ExportFormat]: Format } = {
  bundle: { files: bundle, answers: true },
  peft: { files: peft, answers: false },
}
