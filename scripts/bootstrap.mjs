// What `npm start` and its siblings run: prepares a bare clone, then starts the named task under Node 24.
import { launch } from './node24.mjs'

const cli = 'main/hosts/cli/softprompt.ts'

/** @type {Record<string, (args: string[]) => [target: string, args: string[]]>} */
const tasks = {
  start: (args) => [cli, args.length > 0 ? args : ['demo']],
  test: (args) => ['scripts/test.mjs', args],
  journey: (args) => ['scripts/journey.mjs', args],
  check: (args) => ['scripts/check.mjs', args],
  prove: (args) => ['bench/prove.ts', args],
}

const [name = '', ...args] = process.argv.slice(2)
const task = tasks[name]
if (task) await launch(...task(args))
else {
  process.stderr.write(`There is no task "${name}". Choose one of: ${Object.keys(tasks).join(', ')}.\n`)
  process.exitCode = 1
}
