// What `npm start` and its siblings run: prepares a bare clone, then starts the named task under Node 24.
import { launch } from './node24.mjs'

const cli = 'main/hosts/cli/softprompt.ts'

/** What only the window takes; anything else that follows `npm start --` is for the command line. */
const windowOptions = /^--(home|port|no-open|browser)(=|$)/

/** @type {Record<string, (args: string[]) => [target: string, args: string[]]>} */
const tasks = {
  start: ([first = '', ...rest]) => {
    if (first === '--demo') return [cli, ['demo', ...rest]]
    return first === '' || windowOptions.test(first)
      ? ['scripts/start.mjs', [first, ...rest].filter(Boolean)]
      : [cli, [first, ...rest]]
  },
  test: (args) => ['scripts/test.mjs', args],
  journey: (args) => ['scripts/journey.mjs', args],
  check: (args) => ['scripts/check.mjs', args],
  package: (args) => ['scripts/package.mjs', args],
  prove: (args) => ['bench/prove.ts', args],
}

const [name = '', ...args] = process.argv.slice(2)
const task = tasks[name]
if (task) await launch(...task(args))
else {
  process.stderr.write(`There is no task "${name}". Choose one of: ${Object.keys(tasks).join(', ')}.\n`)
  process.exitCode = 1
}
