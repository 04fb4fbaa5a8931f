// The table of export formats: a new one is a new file and a line here.
import { type ExportFormat, exportFormats, type ModelFormat, modelFormats } from '../../contract/service.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import { makesModel } from '../method/index.ts'
import { bundle } from './bundle.ts'
import type { Exported, Files } from './format.ts'
import { gguf, ggufTakes } from './gguf.ts'
import { peft, peftTakes } from './peft.ts'

interface Format {
  /** The files of an export. Errors: 'export/parts', 'export/tail', 'export/short-tail'. */
  readonly files: (exported: Exported) => Files
  /** Whether it holds what a method makes with these settings. */
  readonly takes: (settings: TuneSettings) => boolean
}

export const formats: { readonly [F in ExportFormat]: Format } = {
  bundle: { files: bundle, takes: () => true },
  peft: { files: peft, takes: peftTakes },
  gguf: { files: gguf, takes: ggufTakes },
}

/** The formats that the result of a run with these settings can be exported in. */
export const targetsOf = (settings: TuneSettings): readonly (ExportFormat | ModelFormat)[] =>
  makesModel(settings) ? modelFormats : exportFormats.filter((format) => formats[format].takes(settings))
