// Opens a model of transformers: config.json, safetensors files, and a tokenizer in several files.
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import type { DecoderConfig } from '../../contract/model.ts'
import type { Architecture } from '../network/architectures/index.ts'
import { collect, type FoundTensor, refusePacked, refuseUnasked } from './collect.ts'
import { architectureOfJson, configFromJson } from './config-json.ts'
import { readJson } from './json-file.ts'
import { readSafetensorsFolder } from './safetensors.ts'
import type { ModelSource } from './source.ts'
import { tokenizerOfFolder } from './tokenizer-folder.ts'

type Find = (name: string) => FoundTensor | undefined

/** Throws a StudioError for a folder that is none, or of no architecture in `table`. */
export async function openFolder(folder: string, table: readonly Architecture[]): Promise<ModelSource> {
  const json = await readJson(join(folder, 'config.json'))
  const architecture = architectureOfJson(json, table)
  const config = configFromJson(json, architecture)
  const { tensorNames } = architecture.safetensors
  const tensors = await readSafetensorsFolder(folder)
  refusePacked(Object.keys(tensors))
  const spelled = (name: string): string => tensorNames(name).find((each) => Object.hasOwn(tensors, each)) ?? name
  const stored: Find = (name) => (Object.hasOwn(tensors, spelled(name)) ? tensors[spelled(name)] : undefined)
  // Of two weights that are one, either may be stored.
  const find: Find = (name) =>
    stored(name) ?? (config.tiedHead && name === embeddingName ? stored(headName) : undefined)
  const tiedHead = await isTied(folder, config, find)
  const weights = collect({ ...config, tiedHead }, find)
  const used = new Set([...Object.keys(weights), headName].map(spelled))
  refuseUnasked(Object.keys(tensors), (name) => used.has(name), architecture.title)
  return {
    files: [...new Set(Object.values(weights).map(({ file }) => join(folder, file)))].sort(),
    folder,
    config: { ...config, tiedHead },
    tokenizer: await tokenizerOfFolder(folder, json),
    weights,
    interleaved: () => false,
    licence: undefined,
    whole: false,
  }
}

const embeddingName = 'model.embed_tokens.weight'
const headName = 'lm_head.weight'

/**
 * Whether the embedding is the head as well. As in transformers, a file whose head differs from its embedding has a head of
 * its own whatever its config says.
 */
async function isTied(folder: string, { tiedHead }: DecoderConfig, find: Find): Promise<boolean> {
  const [embedding, head] = [find(embeddingName), find(headName)]
  if (!tiedHead) return false
  if (head === undefined) return true
  return embedding !== undefined && (await areEqual(folder, embedding, head))
}

/** Bytes that are compared at a time. */
const pieceBytes = 1 << 20

/** Whether two tensors have the same type, shape and bytes: the first that differ end the comparison. */
async function areEqual(folder: string, one: FoundTensor, other: FoundTensor): Promise<boolean> {
  if (one.type !== other.type || one.shape.join() !== other.shape.join()) return false
  const [first, second] = await Promise.all([one, other].map(({ file }) => open(join(folder, file), 'r')))
  try {
    if (!first || !second) return false
    const [a, b] = [Buffer.alloc(pieceBytes), Buffer.alloc(pieceBytes)]
    for (let at = 0; at < one.bytes; at += pieceBytes) {
      const length = Math.min(pieceBytes, one.bytes - at)
      const reads = [first.read(a, 0, length, one.offset + at), second.read(b, 0, length, other.offset + at)]
      const [left, right] = await Promise.all(reads)
      if (left?.bytesRead !== length || right?.bytesRead !== length)
        throw studioError('model/damaged', 'it ends before its head')
      if (!a.subarray(0, length).equals(b.subarray(0, length))) return false
    }
    return true
  } finally {
    await first?.close()
    await second?.close()
  }
}
