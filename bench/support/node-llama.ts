// node-llama-cpp, the rival that writes texts: installed once into the cache, or where SOFTPROMPT_NODE_LLAMA_CPP names it.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cache } from './paths.ts'

const NAME = 'node-llama-cpp'
const VERSION = '3.21.1'

/** As much of its interface as is used. */
interface Module {
  getLlama(options: object): Promise<{ loadModel(options: object): Promise<Model>; dispose(): Promise<void> }>
}
interface Model {
  tokenize(text: string): number[]
  detokenize(tokens: readonly number[]): string
  createContext(options: object): Promise<{ getSequence(): Sequence; dispose(): Promise<void> }>
}
interface Sequence {
  evaluate(tokens: readonly number[], options: object): AsyncIterable<number>
  clearHistory(): Promise<void>
}

export interface LlamaCaller {
  /** Writes greedily; `onToken` is called with each token's text. */
  write(text: string, tokens: number, onToken: () => void): Promise<string>
}

export interface NodeLlama {
  readonly version: string
  readonly callers: readonly LlamaCaller[]
  close(): Promise<void>
}

/** The folder with the package; undefined where there is none and it cannot be installed. */
function folderOf(): string | undefined {
  const named = process.env['SOFTPROMPT_NODE_LLAMA_CPP']
  const folder = named ?? join(cache, `${NAME}-${VERSION}`)
  const isThere = (): boolean => existsSync(join(folder, 'node_modules', NAME, 'package.json'))
  if (isThere()) return folder
  if (named !== undefined) return undefined
  mkdirSync(folder, { recursive: true })
  // Its programs come in packages of their own, so that none of its scripts has to run.
  const args = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', `${NAME}@${VERSION}`]
  spawnSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' })
  return isThere() ? folder : undefined
}

/** Opens a GGUF for so many callers on the CPU; undefined where the package is not there. `context`: tokens of each caller's texts. */
export async function openNodeLlama(
  file: string,
  { callers, context, threads }: { readonly callers: number; readonly context: number; readonly threads: number },
): Promise<NodeLlama | undefined> {
  const folder = folderOf()
  if (folder === undefined) return undefined
  const require = createRequire(join(folder, 'package.json'))
  const { getLlama } = (await import(pathToFileURL(require.resolve(NAME)).href)) as Module
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' })
  const model = await llama.loadModel({ modelPath: file, gpuLayers: 0 })
  const opened = await model.createContext({ sequences: callers, contextSize: context, threads })
  const sequences = Array.from({ length: callers }, () => opened.getSequence())
  return {
    version: VERSION,
    callers: sequences.map((sequence) => ({
      async write(text, tokens, onToken) {
        await sequence.clearHistory()
        const written: number[] = []
        for await (const token of sequence.evaluate(model.tokenize(text), { temperature: 0, yieldEogToken: true })) {
          written.push(token)
          onToken()
          if (written.length >= tokens) break
        }
        return model.detokenize(written)
      },
    })),
    close: async () => {
      await opened.dispose()
      await llama.dispose()
    },
  }
}
