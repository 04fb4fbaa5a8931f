// The table of export formats: a new one is a new file and a line here.
import type { ExportFormat } from '../../contract/service.ts'
import { bundle } from './bundle.ts'
import type { Exported, Files } from './format.ts'
import { peft } from './peft.ts'

/** The files of an export. Error of `peft`: 'export/parts'. */
export const formats: { readonly [F in ExportFormat]: (exported: Exported) => Files } = { bundle, peft }
