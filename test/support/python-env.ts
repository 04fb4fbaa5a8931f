// The Python environment that the real `peft` runs in: a ready one that is named, or one made once in a cache folder.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What the reference values and limits were measured with. */
const requirements = ['torch==2.13.0', 'transformers==5.18.0', 'peft==0.21.0'] as const

const cache = fileURLToPath(new URL('../../node_modules/.cache/softprompt-interop', import.meta.url))
const windows = process.platform === 'win32'

/**
 * Path of a Python with torch, transformers and peft: SOFTPROMPT_PYTHON, else a virtual environment below node_modules
 * that is made on first use (pip's own settings say from where). Throws an Error that says what is missing.
 */
export function referencePython(): string {
  const named = process.env['SOFTPROMPT_PYTHON']
  const python = named ?? madeOnce()
  run(python, ['-c', 'import torch, transformers, peft'], `${python} lacks torch, transformers or peft`)
  return python
}

function madeOnce(): string {
  const folder = join(cache, 'venv')
  const python = join(folder, windows ? 'Scripts/python.exe' : 'bin/python')
  const seal = join(cache, 'installed')
  const wanted = requirements.join('\n')
  if (existsSync(python) && existsSync(seal) && readFileSync(seal, 'utf8') === wanted) return python
  mkdirSync(cache, { recursive: true })
  process.stderr.write(`Installing ${requirements.join(', ')} into ${folder}; this happens once.\n`)
  run(windows ? 'python' : 'python3', ['-m', 'venv', folder], 'Python 3 could not make a virtual environment')
  run(python, ['-m', 'pip', 'install', '--quiet', ...requirements], 'pip could not install the reference packages')
  writeFileSync(seal, wanted)
  return python
}

function run(command: string, args: readonly string[], complaint: string): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] })
  if (status === 0) return
  const why = error?.message ?? stderr.trim().split('\n').at(-1) ?? ''
  throw new Error(`${complaint}: ${why}. Set SOFTPROMPT_PYTHON to a Python that has ${requirements.join(', ')}.`)
}
