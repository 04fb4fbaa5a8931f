// The import rules catch what they forbid: one forbidden import per rule, in a small copy of the layout.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { programOf } from '../../../scripts/checks.mjs'

const root = resolve(import.meta.dirname, '../../..')

/** File that imports what it must not, that import, and the rule that says so. */
const forbidden: readonly [from: string, imported: string, rule: string][] = [
  ['main/contract/a.ts', 'node:fs', 'contract'],
  ['main/contract/b.ts', 'main/engine/graph/node.ts', 'contract'],
  ['main/engine/train/a.ts', 'main/service/main.ts', 'engine'],
  ['main/engine/task/a.ts', 'main/engine/evaluate/a.ts', 'engine-task'],
  ['main/engine/metrics/a.ts', 'main/engine/task/a.ts', 'engine-metrics'],
  ['main/engine/evaluate/b.ts', 'main/engine/train/a.ts', 'engine-evaluate'],
  ['main/engine/cellar/a.ts', 'main/engine/train/a.ts', 'engine-rooms'],
  ['main/engine/graph/a.ts', 'main/engine/tokens/tokenizer.ts', 'graph'],
  ['main/engine/autodiff/a.ts', 'main/engine/network/decoder.ts', 'autodiff'],
  ['main/engine/autodiff/b.ts', 'main/engine/tokens/tokenizer.ts', 'autodiff'],
  ['main/engine/network/a.ts', 'main/engine/autodiff/differentiate.ts', 'network'],
  ['main/engine/train/b.ts', 'better-sqlite3', 'sqlite'],
  ['main/engine/train/c.ts', 'onnxruntime-node', 'onnxruntime'],
  ['main/engine/train/d.ts', 'electron', 'electron'],
  ['main/engine/train/e.ts', 'test/helper.ts', 'product-not-tests'],
  ['main/compute/a.ts', 'main/engine/store/store.ts', 'compute'],
  ['main/compute/b.ts', 'main/service/main.ts', 'compute'],
  ['main/service/a.ts', 'main/compute/main.ts', 'service'],
  ['main/service/home/a.ts', 'main/service/methods/a.ts', 'service-home'],
  ['main/service/runs/a.ts', 'main/service/sweeps/a.ts', 'service-runs'],
  ['main/hosts/cli/a.ts', 'main/engine/graph/node.ts', 'hosts'],
  ['main/hosts/cli/b.ts', 'main/hosts/browser/a.ts', 'hosts'],
  ['renderer/a.ts', 'main/service/main.ts', 'windows'],
  ['main/engine/data/a.ts', 'main/engine/data/b.ts', 'no-cycles'],
  ['main/engine/data/c.ts', 'main/engine/data/missing.ts', 'resolvable'],
  ['main/engine/data/d.ts', 'vitest', 'declared'],
]

const allowed: readonly [from: string, imported: string][] = [
  ['main/contract/ok.ts', 'valibot'],
  ['main/engine/store/store.ts', 'better-sqlite3'],
  ['main/engine/runtime/session.ts', 'onnxruntime-node'],
  ['main/engine/network/ok.ts', 'main/engine/graph/node.ts'],
  ['main/engine/evaluate/ok.ts', 'main/engine/task/ok.ts'],
  ['main/engine/task/ok.ts', 'main/engine/metrics/ok.ts'],
  ['main/compute/ok.ts', 'main/engine/network/decoder.ts'],
  ['main/service/ok.ts', 'main/engine/store/store.ts'],
  ['main/service/runs/ok.ts', 'main/service/data/ok.ts'],
  ['main/hosts/cli/ok.ts', 'main/service/main.ts'],
  ['main/hosts/electron/ok.ts', 'electron'],
]

let folder: string
let found: ReadonlySet<string>

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

const isFile = (name: string): boolean => /^(main|test)\//.test(name)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'imports-'))
  const imports = [...forbidden, ...allowed]
  for (const [, imported] of imports)
    if (isFile(imported) && !imported.includes('missing')) write(imported, 'export {}\n')
    else if (!imported.startsWith('node:')) writePackage(imported)
  for (const [from, imported] of imports)
    write(from, `import '${isFile(imported) ? `${'../'.repeat(from.split('/').length - 1)}${imported}` : imported}'\n`)
  write('main/engine/data/b.ts', `import './a.ts'\n`)
  write('package.json', JSON.stringify({ dependencies: runtime, devDependencies: { vitest: '1.0.0' } }))
  write(
    'tsconfig.json',
    '{ "compilerOptions": { "module": "nodenext", "allowImportingTsExtensions": true, "noEmit": true } }',
  )
  found = violations()
})

const runtime = { valibot: '1.0.0', 'better-sqlite3': '1.0.0', 'onnxruntime-node': '1.0.0', electron: '1.0.0' }

const writePackage = (name: string): void => {
  write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }))
  write(`node_modules/${name}/index.js`, '')
}

/** `rule: file` of everything that dependency-cruiser finds. */
function violations(): ReadonlySet<string> {
  const program = programOf({ package: 'dependency-cruiser', bin: 'depcruise' })
  const config = join(root, '.dependency-cruiser.cjs')
  const output = execFileSync(
    process.execPath,
    [program, '--config', config, '-T', 'json', 'main', 'renderer', 'test'],
    {
      cwd: folder,
    },
  )
  const { summary } = JSON.parse(output.toString()) as {
    summary: { violations: { from: string; rule: { name: string } }[] }
  }
  return new Set(summary.violations.map(({ from, rule }) => `${rule.name}: ${from}`))
}

afterAll(() => {
  rmSync(folder, { recursive: true })
})

describe('import rules', () => {
  test.each(forbidden)('%s may not import %s', (from, _, rule) => {
    expect(found).toContain(`${rule}: ${from}`)
  })

  test.each(allowed)('%s may import %s', (from) => {
    expect([...found].filter((violation) => violation.endsWith(`: ${from}`))).toEqual([])
  })
})
