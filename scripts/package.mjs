// `npm run package`: packs the studio for this computer's system into dist/; further arguments are electron-builder's.
import { spawnSync } from 'node:child_process'
import { buildElectron } from './build-electron.mjs'
import { programOf } from './checks.mjs'
import { root } from './node24.mjs'
import { buildRenderer } from './renderer.mjs'

await buildRenderer()
await buildElectron()
const builder = programOf({ package: 'electron-builder', bin: 'electron-builder' })
const args = ['--publish', 'never', ...process.argv.slice(2)]
const { status } = spawnSync(process.execPath, [builder, ...args], { cwd: root, stdio: 'inherit' })
process.exitCode = status ?? 1
