// Runs a script of test/interop with a job in a Python that has what it needs.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { referencePython } from './python-env.ts'

/** Throws what the script wrote to stderr where it fails. `folder` receives the job's file. */
export function pythonJob(script: string, job: unknown, folder: string, python = referencePython()): void {
  const file = join(folder, 'job.json')
  writeFileSync(file, JSON.stringify(job))
  const path = fileURLToPath(new URL(`../interop/${script}`, import.meta.url))
  const { status, stderr } = spawnSync(python, [path, file], { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(stderr)
}
