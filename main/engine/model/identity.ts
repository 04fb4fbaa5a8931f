// A model's identity: its weights, its config, its tokenizer and its chat template. Large files are hashed only once.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TokenizerFiles } from '../../contract/model.ts'
import { tokenText } from '../tokens/specials.ts'
import type { ModelSource } from './source.ts'

/** Hex SHA-256 over the files' contents in order, remembered in `cache`. `onBytes` is called with the bytes of every part read. */
export async function identityOf(
  files: readonly string[],
  cache: string,
  onBytes: (bytes: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<string> {
  const stamps = await Promise.all(
    files.map(async (file) => {
      // Not its name: a file that is only renamed is still the same.
      const { dev, ino, size, mtimeNs } = await stat(file, { bigint: true })
      return [dev, ino, size, mtimeNs].join()
    }),
  )
  const stamp = createHash('sha256').update(stamps.join('\n')).digest('hex')
  const note = join(cache, 'identities', stamp)
  const known = await readFile(note, 'utf8').catch(() => '')
  if (/^[0-9a-f]{64}$/.test(known)) return known
  const hash = createHash('sha256')
  for (const file of files)
    for await (const part of createReadStream(file, { highWaterMark: 1 << 20 })) {
      signal?.throwIfAborted()
      hash.update(part as Buffer)
      onBytes((part as Buffer).length)
    }
  const digest = hash.digest('hex')
  await mkdir(join(cache, 'identities'), { recursive: true })
  // Two processes may write the same note at once.
  const fresh = `${note}.${process.pid}`
  await writeFile(fresh, digest)
  await rename(fresh, note)
  return digest
}

/**
 * Hex SHA-256 of all that makes the model what it is. That of its weights alone where they contain the rest, as GGUF does; else
 * of the weights together with what is read of config.json and the tokenizer's files, whatever else stands in them.
 */
export function identityOfModel({ whole, config, tokenizer }: ModelSource, weightsHash: string): string {
  if (whole) return weightsHash
  const { family: _, ...shape } = config
  const meaning = JSON.stringify(sorted([weightsHash, shape, meaningOf(tokenizer)]))
  return createHash('sha256').update(meaning).digest('hex')
}

/** Settings of tokenizer_config.json that change what a text becomes. */
const settings = ['bos_token', 'eos_token', 'unk_token', 'pad_token', 'chat_template']
const lists = ['additional_special_tokens', 'extra_special_tokens']
/** Parts of tokenizer.json that belong to the program that uses it. */
const unused: ReadonlySet<string> = new Set(['version', 'truncation', 'padding'])

function meaningOf({ tokenizer, config, ends = [] }: TokenizerFiles): unknown {
  const own = Object.fromEntries(Object.entries(tokenizer).filter(([key]) => !unused.has(key)))
  const stated = [...settings, ...lists].map((key) => [key, tokenTextOr(config[key])])
  return [own, stated, [...ends].sort((a, b) => a - b)]
}

/** A token's text, whether it stands there as such or within a description of the token. */
const tokenTextOr = (value: unknown): unknown => tokenText(value) ?? value ?? null

/** The same with every object's keys in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const keys = Object.keys(value).sort()
  return keys.map((key) => [key, sorted((value as Readonly<Record<string, unknown>>)[key])])
}

interface Identified {
  readonly hash: string
  readonly weightsHash?: string
}

/**
 * Whether a prompt that was tuned on the model of that identity is for this one. Until config and tokenizer became part of it,
 * the identity was that of the weights alone; such prompts are for every model of those weights.
 */
export const isIdentity = (identity: string, { hash, weightsHash = hash }: Identified): boolean =>
  identity === hash || identity === weightsHash
