// The priority of processes that compute for long.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const subject = fileURLToPath(new URL('../../../main/engine/runtime/priority.ts', import.meta.url))

it.runIf(process.platform === 'linux').each([
  ['awaited', 10],
  ['unattended', 15],
])('of %s work is lowered for every thread, also those that collect garbage', (kind, least) => {
  const script = `
    import { readdirSync, readFileSync } from 'node:fs'
    import { giveWay } from ${JSON.stringify(subject)}
    giveWay(${JSON.stringify(kind)})
    const niceOf = (thread) => Number(readFileSync('/proc/self/task/' + thread + '/stat', 'utf8').split(') ')[1].split(' ')[16])
    console.log(JSON.stringify(readdirSync('/proc/self/task').map(niceOf)))`
  const found = JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }),
  ) as number[]
  expect(found.length).toBeGreaterThan(4)
  expect(Math.min(...found)).toBeGreaterThanOrEqual(least)
})
