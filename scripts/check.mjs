// `npm run check`: every checker, and one line that sums them up.
import { runChecks } from './checks.mjs'

const { passed, failed } = await runChecks()
process.stdout.write(`${passed} passed, ${failed} failed\n`)
if (failed > 0) process.exitCode = 1
