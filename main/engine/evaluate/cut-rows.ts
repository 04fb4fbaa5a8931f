// Rows whose texts are too long to be read whole, told once.
import type { ComputeEvent } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { Example, TuneSettings } from '../../contract/settings.ts'
import type { Encoder } from './encode.ts'

/** Of a row that is too long its text's end goes: never the template, never the answer. */
export function reportCutRows(
  rows: readonly Example[],
  encoder: Encoder,
  { maxTokens }: Pick<TuneSettings, 'maxTokens'>,
  emit: (event: ComputeEvent) => void,
): void {
  const cut = rows.filter(({ text }) => encoder.fit(text).cut > 0).length
  if (cut === 0) return
  const { code, message } = studioError('tuning/rows-cut', cut, rows.length, maxTokens)
  emit({ event: 'warning', code, message, step: 0 })
}
