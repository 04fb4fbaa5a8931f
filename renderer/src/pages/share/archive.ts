// The content of an export, for inspection before it is saved.
import { strFromU8, unzipSync } from 'fflate'
import type { Outputs } from '../../../../main/contract/service.ts'

export interface Package {
  readonly name: string
  readonly bytes: Uint8Array
  readonly files: readonly { readonly name: string; readonly content: Uint8Array }[]
  /** The card's text, without the lines that only machines read; undefined where the format has none. */
  readonly card: string | undefined
}

export function opened({ name, bytes }: Outputs['export.archive']): Package {
  const files = unzipSync(bytes)
  const card = files['README.md']
  return {
    name,
    bytes,
    files: Object.entries(files).map(([file, content]) => ({ name: file, content })),
    card:
      card &&
      strFromU8(card)
        .replace(/^---\n[\s\S]*?\n---\n/, '')
        .trim(),
  }
}
