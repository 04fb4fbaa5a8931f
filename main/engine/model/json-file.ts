// Reads the JSON files of a model's folder.
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import { recognise } from './recognise.ts'

/** Bytes of a file at most: the largest tokenizers take 40 MB. */
const maxBytes = 256e6

/** Throws model/missing-file, model/damaged, or what `recognise` says of a file that is no JSON. */
export async function readJson(path: string): Promise<Record<string, unknown>> {
  const name = basename(path)
  const { size } = await stat(path).catch(() => {
    throw studioError('model/missing-file', name)
  })
  if (size > maxBytes) throw studioError('model/damaged', `${name} is too large`)
  const text = await readFile(path, 'utf8').catch(() => {
    throw studioError('model/missing-file', name)
  })
  try {
    // Some editors put a byte order mark in front.
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Falls through to the same sentence.
  }
  if (size > 0) await recognise(path)
  throw studioError('model/damaged', `${name} is not valid JSON`)
}

/** Undefined where there is no such file. */
export const readJsonIfThere = (path: string): Promise<Record<string, unknown> | undefined> =>
  stat(path).then(
    () => readJson(path),
    () => undefined,
  )
