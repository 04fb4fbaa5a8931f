// The tokens by which other software knows where a row's tail begins: activated LoRA's invocation sequence.
import { studioError } from '../../contract/errors/index.ts'
import type { Exported } from './format.ts'

/** Ids of the whole tail, the same for every row. Error: 'export/tail' where the tail reaches into the row's text. */
export function invocationOf({ prompt, rendering }: Exported, format: string): readonly number[] {
  const { tail } = prompt.settings
  const { ending } = rendering
  if (ending.length < tail) throw studioError('export/tail', format, tail, ending.length)
  return ending.slice(ending.length - tail)
}

/**
 * The tail without its first token: llama-server (until b11549 at least) switches an activated LoRA on one token before its
 * invocation sequence. Errors: 'export/tail', 'export/short-tail'.
 */
export function behindFirst(exported: Exported): readonly number[] {
  const [, ...others] = invocationOf(exported, 'llama-server')
  if (others.length === 0) throw studioError('export/short-tail')
  return others
}
