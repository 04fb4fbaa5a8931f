// Keys of the local API: made from chance, shown once, kept as hashes in a file for its owner's eyes alone, revocable.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import * as v from 'valibot'
import { causeOf, isFull } from '../../contract/errors/causes.ts'
import { studioError } from '../../contract/errors/index.ts'
import { faultOfName, tidyName } from '../../contract/names.ts'

const entry = v.object({
  name: v.string(),
  /** SHA-256, hex: a key has 256 bits of chance, so that no slower hash is needed. */
  hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  /** Requests a minute; null = no limit. */
  limit: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1))),
  createdAt: v.string(),
})
const content = v.object({ keys: v.array(entry) })
export type ApiKey = v.InferOutput<typeof entry>

/** What every key begins with, so that a search for leaked secrets finds it. */
const MARK = 'sp-'

export interface Keys {
  /** Error: 'serving/keys-damaged'. */
  list(): readonly ApiKey[]
  /** Makes a key and gives it: it is not kept. Errors: 'serving/key-name', 'serving/key-taken', 'store/cannot-write'. */
  add(name: string, limit: number | undefined): string
  /** It opens nothing any more, also in servers that are running. Error: 'serving/no-such-key'. */
  revoke(name: string): void
  /** The entry of a key; undefined for a key that is none, or is revoked. */
  find(key: string): ApiKey | undefined
}

/** The file of keys in a studio's folder. */
export const keyFileIn = (home: string): string => join(home, 'api-keys.json')

export function openKeys(path: string): Keys {
  const file = resolve(path)
  let known: { readonly stamp: string; readonly keys: readonly ApiKey[] } = { stamp: '', keys: [] }

  const list = (): readonly ApiKey[] => {
    const found = statSync(file, { throwIfNoEntry: false, bigint: true })
    const stamp = found ? [found.mtimeNs, found.size, found.ino].join() : ''
    if (stamp !== known.stamp) known = { stamp, keys: found ? read(file) : [] }
    return known.keys
  }
  return {
    list,
    add(wanted, limit) {
      const name = tidyName(wanted)
      const fault = faultOfName(name)
      if (fault !== undefined) throw studioError('serving/key-name', fault)
      const keys = list()
      if (keys.some((each) => each.name === name)) throw studioError('serving/key-taken', name)
      const key = MARK + randomBytes(32).toString('base64url')
      const made = {
        name,
        hash: hashOf(key).toString('hex'),
        limit: limit ?? null,
        createdAt: new Date().toISOString(),
      }
      write(file, [...keys, made])
      return key
    },
    revoke(name) {
      const keys = list()
      const left = keys.filter((each) => each.name !== tidyName(name))
      if (left.length === keys.length) throw studioError('serving/no-such-key', name)
      write(file, left)
    },
    find(key) {
      const hash = hashOf(key)
      // Every entry is compared, in constant time: how long it takes tells nothing about any of them.
      return list().filter((each) => timingSafeEqual(Buffer.from(each.hash, 'hex'), hash))[0]
    },
  }
}

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest()

/** Whether a word has the form of our keys, so that one that is revoked is not taken for another program's placeholder. */
export const looksLikeKey = (word: string): boolean => word.startsWith(MARK)

function read(file: string): readonly ApiKey[] {
  try {
    return v.parse(content, JSON.parse(readFileSync(file, 'utf8'))).keys
  } catch {
    throw studioError('serving/keys-damaged', file)
  }
}

/** Writes under another name, then renames: a server that reads it finds the old keys or the new ones. */
function write(file: string, keys: readonly ApiKey[]): void {
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify({ keys }, undefined, 2)}\n`, { mode: 0o600 })
    renameSync(`${file}.new`, file)
  } catch (error) {
    if (isFull(error)) throw studioError('store/disk-full', dirname(file))
    throw studioError('store/cannot-write', file, causeOf(error))
  }
}
