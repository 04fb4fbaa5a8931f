// The window's files, loaded at the start and served from memory; no path of a request ever reaches the disk.
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'

export interface ServedFile {
  readonly bytes: Buffer
  readonly type: string
  /** Its name holds a hash of its content. */
  readonly unchanging: boolean
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
}

/** By their address: '/' and '/assets/…'. Error: 'run/no-window' where the folder holds no built window. */
export function readWindow(folder: string): ReadonlyMap<string, ServedFile> {
  const files = new Map<string, ServedFile>()
  try {
    for (const [address, path] of filesIn(folder, '')) {
      const type = types[extname(path)] ?? 'application/octet-stream'
      files.set(address, { bytes: readFileSync(path), type, unchanging: address.startsWith('/assets/') })
    }
  } catch {
    throw studioError('run/no-window')
  }
  const page = files.get('/index.html')
  if (!page) throw studioError('run/no-window')
  return files.set('/', page)
}

/** Walks by itself: not every file system that Electron puts in place of the real one lists folders recursively. */
function* filesIn(folder: string, prefix: string): Generator<readonly [address: string, path: string]> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const [address, path] = [`${prefix}/${entry.name}`, join(folder, entry.name)]
    if (entry.isDirectory()) yield* filesIn(path, address)
    else if (entry.isFile()) yield [address, path]
  }
}
