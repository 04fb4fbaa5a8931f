// Warns once about the rows whose texts are truncated.
import type { ComputeEvent } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { Example } from '../../contract/settings.ts'
import type { Encoder } from './encode.ts'

/** Emits one warning with the number of truncated rows. Only a text's end is cut, never the template or the answer. */
export function reportTruncatedRows(
  rows: readonly Example[],
  encoder: Encoder,
  emit: (event: ComputeEvent) => void,
): void {
  const truncated = rows.filter(({ text }) => encoder.fit(text).truncated > 0).length
  if (truncated === 0) return
  const { code, message } = studioError('tuning/rows-cut', truncated, rows.length, encoder.whole)
  emit({ event: 'warning', code, message, step: 0 })
}
