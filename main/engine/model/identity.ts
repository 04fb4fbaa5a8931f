// A model's identity: the SHA-256 of its files, remembered beside the cache so that large files are hashed only once.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Hex digest over the files' contents in order. `onBytes` is called with the bytes of every part read. */
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
