// The formats that a prompt can be taken away in: a new one is a new file and a line here.
import type { ExportFormat } from '../../contract/service.ts'
import type { Exported, Files } from './format.ts'
import { peft } from './peft.ts'

/** What a format makes of a prompt. */
export const formats: { readonly [F in ExportFormat]: (exported: Exported) => Files } = { peft }
