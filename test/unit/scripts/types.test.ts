// The contract's own types: neither Node nor a window is known there, so it runs in both.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { programOf } from '../../../scripts/checks.mjs'

const contract = resolve(import.meta.dirname, '../../../main/contract/tsconfig.json')

test('a contract that uses Node or the DOM does not compile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'types-'))
  try {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: contract, include: ['a.ts'] }))
    writeFileSync(join(folder, 'a.ts'), "import 'node:fs'\nexport const both = [process.pid, document.title]\n")
    const tsc = programOf({ package: 'typescript', bin: 'tsc' })
    const args = [tsc, '-p', folder, '--incremental', 'false', '--tsBuildInfoFile', 'null']
    const { stdout } = attempt(() => execFileSync(process.execPath, args, { stdio: 'pipe', encoding: 'utf8' }))
    for (const name of ['node:fs', 'process', 'document']) expect(stdout).toContain(`'${name}'`)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** What a command printed that is expected to fail. */
function attempt(run: () => string): { stdout: string } {
  try {
    return { stdout: run() }
  } catch (error) {
    return error as { stdout: string }
  }
}
