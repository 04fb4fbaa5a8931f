// The first run on the real starter model, in a browser: `.ci/run` ends with it.
import { spawnSync } from 'node:child_process'
import { readyBrowser } from './browser.mjs'
import { programOf } from './checks.mjs'
import { root } from './node24.mjs'
import { say } from './packages.mjs'
import { buildRenderer } from './renderer.mjs'

const noBrowser = await readyBrowser()
if (noBrowser === undefined) {
  await buildRenderer()
  const playwright = programOf({ package: '@playwright/test', bin: 'playwright' })
  const args = [playwright, 'test', '--project=real', ...process.argv.slice(2)]
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  process.exitCode = status ?? 1
} else {
  say(noBrowser)
  process.exitCode = 1
}
