// How `npm start` takes the ends of Electron, with programs that stand in for it.
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runElectron } from '../../../scripts/electron.mjs'
import { temporaryFolder } from '../../support/temporary.ts'

function standIn(script: string): string {
  const path = join(temporaryFolder(), 'electron')
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

describe.skipIf(process.platform === 'win32')('an Electron that', () => {
  test.each(['TRAP', 'ABRT', 'SEGV', 'ILL', 'BUS', 'KILL', 'TERM'])('dies by SIG%s has failed', async (signal) => {
    expect(await runElectron(standIn(`kill -${signal} $$`), [])).toEqual({
      code: 1,
      how: `ended by SIG${signal}`,
      early: true,
    })
  })

  test('exits with a code has failed', async () => {
    expect(await runElectron(standIn('exit 133'), [])).toMatchObject({ code: 133, how: 'exit code 133', early: true })
  })

  test('cannot be run has failed', async () => {
    expect(await runElectron(join(temporaryFolder(), 'electron'), [])).toMatchObject({ code: 1, early: true })
  })

  test('ends well has not', async () => {
    expect(await runElectron(standIn('exit 0'), [])).toMatchObject({ code: 0 })
  })

  test('ends by a signal that was passed on to it has not', async () => {
    const running = runElectron(standIn('kill -HUP $PPID; exec sleep 20'), [])
    expect(await running).toMatchObject({ code: 0, how: 'ended by SIGHUP' })
  })
})
