// The first run on the real starter model, in a browser: `.ci/run` ends with it.
import { spawnSync } from 'node:child_process'
import { programOf } from './checks.mjs'
import { root } from './node24.mjs'
import { buildRenderer } from './renderer.mjs'

await buildRenderer()
const playwright = programOf({ package: '@playwright/test', bin: 'playwright' })
const { status } = spawnSync(process.execPath, [playwright, 'test', '--project=real', ...process.argv.slice(2)], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
})
process.exitCode = status ?? 1
