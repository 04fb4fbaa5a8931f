// The window's files: read once, served from memory; no path of a request ever reaches the disk.
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
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
}

/** By their address: '/' and '/assets/…'. Error: 'run/no-window' where the folder holds no built window. */
export function readWindow(folder: string): ReadonlyMap<string, ServedFile> {
  const files = new Map<string, ServedFile>()
  try {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      const address = `/${relative(folder, path).split(sep).join('/')}`
      const type = types[extname(entry.name)] ?? 'application/octet-stream'
      files.set(address, { bytes: readFileSync(path), type, unchanging: address.startsWith('/assets/') })
    }
  } catch {
    throw studioError('run/no-window')
  }
  const page = files.get('/index.html')
  if (!page) throw studioError('run/no-window')
  return files.set('/', page)
}
