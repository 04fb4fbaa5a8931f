// `npm test`: the checkers, then the tests; red when either is. The reporter's last line counts both.
import { spawnSync } from 'node:child_process'
import { programOf, runChecks } from './checks.mjs'
import { root } from './node24.mjs'

const checks = await runChecks()
const vitest = programOf({ package: 'vitest', bin: 'vitest' })
const tests = spawnSync(
  process.execPath,
  [vitest, 'run', '--project', 'unit', '--project', 'recovery', ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, CHECKS_PASSED: String(checks.passed), CHECKS_FAILED: String(checks.failed) },
  },
)
if (checks.failed > 0 || tests.status !== 0) process.exitCode = 1
