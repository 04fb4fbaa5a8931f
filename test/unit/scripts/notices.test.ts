// The licences of everything that is packed: every package has its text, and nothing that is packed is left out.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { notices, packedPackages } from '../../../scripts/notices.mjs'

const root = join(import.meta.dirname, '../../..')

test('every dependency, what the window bundles, and Node are in it', () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const packed = packedPackages()
  expect(packed).toEqual(expect.arrayContaining(Object.keys(dependencies)))
  expect(packed).toEqual(expect.arrayContaining(['svelte', 'uplot', '@lucide/svelte', '@fontsource-variable/inter']))
  expect(packed.some((name) => /^node-(bin-)?(linux|darwin|win)/.test(name))).toBe(true)
})

test('what the window imports is in it', () => {
  const imports = globSync('renderer/src/**/*.{ts,svelte}', { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/^\s*import\s(?:[^'"]*\sfrom\s)?['"]([^.'"][^'"]*)['"]/gm)].map(
      ([, name = '']) =>
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
    ),
  )
  expect(imports.length).toBeGreaterThan(10)
  for (const name of new Set(imports)) expect(packedPackages()).toContain(name)
})

test.each([
  ['ONNX Runtime', 'Copyright (c) Microsoft Corporation'],
  ['what ONNX Runtime is made of', 'THIRD PARTY SOFTWARE NOTICES AND INFORMATION'],
  ['valibot, whose licence is a Markdown file', 'Fabian Hiller'],
  ['Svelte', 'Svelte Contributors'],
  ['uPlot', 'Leon Sorokin'],
  ['Lucide', 'Lucide Icons and Contributors'],
  ['the typeface', 'SIL OPEN FONT LICENSE Version 1.1'],
  ['Node', 'Node.js contributors'],
  ['what saxes was forked from', 'Isaac Z. Schlueter'],
  ['the starter model', 'Apache License'],
])('the text holds that of %s', (_, text) => {
  expect(notices().includes(text)).toBe(true)
})
