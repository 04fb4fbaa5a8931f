// The Python environments that other software runs in: ready ones that are named, or made once in a cache folder.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Environment {
  /** Its folder in the cache. */
  readonly name: string
  /** Of a ready Python that has the modules. */
  readonly variable: string
  readonly requirements: readonly string[]
  readonly modules: readonly string[]
}

/** What the reference values and limits were measured with. */
const reference: Environment = {
  name: 'venv',
  variable: 'SOFTPROMPT_PYTHON',
  requirements: ['torch==2.13.0', 'transformers==5.18.0', 'peft==0.21.0'],
  modules: ['torch', 'transformers', 'peft'],
}

/** llama-server, with the build by which exported adapters were proved. */
const llama: Environment = {
  name: 'llama',
  variable: 'SOFTPROMPT_LLAMA_PYTHON',
  requirements: ['xllamacpp==2026.10.11549'],
  modules: ['xllamacpp'],
}

/** Another reader and writer of workbooks. */
const spreadsheets: Environment = {
  name: 'spreadsheets',
  variable: 'SOFTPROMPT_OPENPYXL_PYTHON',
  requirements: ['openpyxl==3.1.5'],
  modules: ['openpyxl'],
}

/** The official clients of the formats that the local API speaks. */
const clients: Environment = {
  name: 'clients',
  variable: 'SOFTPROMPT_CLIENTS_PYTHON',
  requirements: ['openai==3.51.0', 'typesafe-sdk==0.7.5'],
  modules: ['openai', 'typesafe_sdk'],
}

const cache = fileURLToPath(new URL('../../node_modules/.cache/softprompt-interop', import.meta.url))
const windows = process.platform === 'win32'

/**
 * Path of a Python with torch, transformers and peft: SOFTPROMPT_PYTHON, else a virtual environment below node_modules
 * that is made on first use (pip's own settings say from where). Throws an Error that says what is missing.
 */
export const referencePython = (): string => pythonOf(reference)

/** The same with xllamacpp, which has llama-server inside: SOFTPROMPT_LLAMA_PYTHON, or one of its own. */
export const llamaPython = (): string => pythonOf(llama)

/** The same with openpyxl: SOFTPROMPT_OPENPYXL_PYTHON, or one of its own. */
export const spreadsheetPython = (): string => pythonOf(spreadsheets)

/** The same with OpenAI's and TypeSafe's clients: SOFTPROMPT_CLIENTS_PYTHON, or one of its own. */
export const clientsPython = (): string => pythonOf(clients)

function pythonOf(environment: Environment): string {
  const { variable, modules } = environment
  const python = process.env[variable] ?? madeOnce(environment)
  run(environment, python, ['-c', `import ${modules.join()}`], `${python} lacks ${modules.join(' or ')}`)
  return python
}

function madeOnce(environment: Environment): string {
  const { name, requirements } = environment
  const folder = join(cache, name)
  const python = join(folder, windows ? 'Scripts/python.exe' : 'bin/python')
  const seal = join(cache, `installed-${name}`)
  const wanted = requirements.join('\n')
  if (existsSync(python) && existsSync(seal) && readFileSync(seal, 'utf8') === wanted) return python
  mkdirSync(cache, { recursive: true })
  process.stderr.write(`Installing ${requirements.join(', ')} into ${folder}; this happens once.\n`)
  run(environment, windows ? 'python' : 'python3', ['-m', 'venv', folder], 'Python 3 could not make an environment')
  run(environment, python, ['-m', 'pip', 'install', '--quiet', ...requirements], 'pip could not install the packages')
  writeFileSync(seal, wanted)
  return python
}

function run(
  { variable, requirements }: Environment,
  command: string,
  args: readonly string[],
  complaint: string,
): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] })
  if (status === 0) return
  const why = error?.message ?? stderr.trim().split('\n').at(-1) ?? ''
  throw new Error(`${complaint}: ${why}. Set ${variable} to a Python that has ${requirements.join(', ')}.`)
}
