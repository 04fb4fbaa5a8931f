// The address of the studio in a browser: kept for its owner alone, and forgotten where it cannot be read.
import { chmodSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keepAddress, keptAddress } from '../../../../main/hosts/browser/address.ts'
import { newSecret } from '../../../../main/hosts/browser/guard.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

test('comes back as it was kept, and nobody else may read it', () => {
  const home = temporaryFolder()
  expect(keptAddress(home)).toBeUndefined()
  const kept = { port: 40_123, secret: newSecret() }
  keepAddress(home, kept)
  expect(keptAddress(home)).toEqual(kept)
  if (process.platform !== 'win32') expect(statSync(join(home, 'window.json')).mode & 0o777).toBe(0o600)
})

test('a file that is damaged, or names no port or secret, is no address', () => {
  const home = temporaryFolder()
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.record({ port: fc.integer(), secret: fc.string() }).map((each) => JSON.stringify(each)),
      ),
      (text) => {
        writeFileSync(join(home, 'window.json'), text)
        expect(keptAddress(home)).toBeUndefined()
      },
    ),
  )
  for (const wrong of [
    { port: 0, secret: newSecret() },
    { port: 80.5, secret: newSecret() },
    { port: 80, secret: 'short' },
  ]) {
    writeFileSync(join(home, 'window.json'), JSON.stringify(wrong))
    expect(keptAddress(home)).toBeUndefined()
  }
})

test('a folder that takes no file stops nothing', () => {
  const home = temporaryFolder()
  chmodSync(home, 0o500)
  expect(() => {
    keepAddress(home, { port: 40_123, secret: newSecret() })
  }).not.toThrow()
  chmodSync(home, 0o700)
})
