// GGUF models in several files, as llama.cpp's gguf-split writes them: "name-00001-of-00003.gguf", the metadata in the first.
import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import { type GgufHeader, type Metadata, readGguf } from './gguf.ts'

/** More parts than any model has. */
const maxParts = 1000

/** What a part's name says; undefined where it is not the name of a part. */
export function splitOf(name: string): { readonly base: string; readonly count: number } | undefined {
  const [, base, , count] = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/i.exec(name) ?? []
  return base === undefined ? undefined : { base, count: Number(count) }
}

/** The model's files, the first part first: the file itself where its name is not that of a part. Throws model/part-missing. */
export async function partsOf(path: string): Promise<string[]> {
  const split = splitOf(basename(path))
  if (split === undefined || split.count === 0) return [path]
  if (split.count > maxParts) throw studioError('model/damaged', `its name promises ${split.count} parts`)
  const parts = Array.from({ length: split.count }, (_, at) => join(dirname(path), partName(split, at + 1)))
  const missing: string[] = []
  for (const part of parts) if (!(await isFile(part))) missing.push(basename(part))
  if (missing.length > 0) throw studioError('model/part-missing', missing)
  return parts
}

const partName = ({ base, count }: { readonly base: string; readonly count: number }, number: number): string =>
  `${base}-${digits(number)}-of-${digits(count)}.gguf`

const digits = (number: number): string => String(number).padStart(5, '0')

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )

/** Headers of all parts. Throws model/damaged where they do not belong together, and model/part-missing. */
export async function readParts(files: readonly string[]): Promise<GgufHeader[]> {
  const headers: GgufHeader[] = []
  for (const file of files) headers.push(await readGguf(file))
  headers.forEach(({ metadata }, at) => {
    const [count, place] = [partNumber(metadata, 'split.count', 1), partNumber(metadata, 'split.no', 0)]
    if (count > 1 && files.length === 1) throw studioError('model/renamed-part', place + 1, count)
    if (count !== files.length && files.length > 1)
      throw studioError('model/damaged', 'its parts are of several models')
    if (place !== at && files.length > 1) throw studioError('model/damaged', 'its parts are in another order')
  })
  const total = headers.reduce((sum, { tensors }) => sum + tensors.length, 0)
  const stated = headers[0]?.metadata.get('split.tensors.count')
  if (stated !== undefined && files.length > 1 && Number(stated) !== total)
    throw studioError('model/damaged', 'its parts do not hold all tensors')
  return headers
}

function partNumber(metadata: Metadata, key: string, otherwise: number): number {
  const value = metadata.get(key) ?? otherwise
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : otherwise
}
