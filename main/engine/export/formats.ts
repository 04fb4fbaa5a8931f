// The table of export formats: a new one is a new file and a line here.
import { type ExportFormat, exportFormats } from '../../contract/service.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import { methodOf } from '../method/index.ts'
import { bundle } from './bundle.ts'
import type { Exported, Files } from './format.ts'
import { peft, peftTakes } from './peft.ts'

/** The files of an export. Error of `peft`: 'export/parts'. */
export const formats: { readonly [F in ExportFormat]: (exported: Exported) => Files } = { bundle, peft }

/** Whether a format holds the parts that a method makes. */
const takes: { readonly [F in ExportFormat]: typeof peftTakes } = { bundle: () => true, peft: peftTakes }

/** The formats that a prompt tuned with these settings can be exported in. */
export const targetsOf = (settings: TuneSettings): ExportFormat[] =>
  exportFormats.filter((format) => takes[format](methodOf(settings), settings))
