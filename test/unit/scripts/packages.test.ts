// When the bootstrap installs: whenever node_modules is not what the lockfile names, and never otherwise.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isInstalled } from '../../../scripts/packages.mjs'

const root = resolve(import.meta.dirname, '../../..')
const a = { version: '1.0.0', integrity: 'sha512-a' }
const otherPlatform = { version: '2.0.0', integrity: 'sha512-b', optional: true }

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packages-'))
  mkdirSync(join(folder, 'node_modules'))
  writeFileSync(
    join(folder, 'package-lock.json'),
    record({ '': {}, 'node_modules/a': a, 'node_modules/b': otherPlatform }),
  )
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

const record = (packages: Record<string, object>): string => JSON.stringify({ lockfileVersion: 3, packages })

const installed = (packages: Record<string, object>): boolean => {
  writeFileSync(join(folder, 'node_modules/.package-lock.json'), record(packages))
  return isInstalled(folder)
}

describe('isInstalled', () => {
  test('requires an install on a bare clone', () => {
    expect(isInstalled(folder)).toBe(false)
  })

  test('is content when only packages of other platforms are missing', () => {
    expect(installed({ 'node_modules/a': a })).toBe(true)
  })

  test.each([
    ['a package is missing', {}],
    ['a package has another version', { 'node_modules/a': { ...a, version: '1.0.1' } }],
    ['a package has other contents', { 'node_modules/a': { ...a, integrity: 'sha512-c' } }],
    ['a package is left over', { 'node_modules/a': a, 'node_modules/c': a }],
  ])('requires an install when %s', (_, packages) => {
    expect(installed(packages)).toBe(false)
  })

  test('requires an install when the record is cut short', () => {
    writeFileSync(join(folder, 'node_modules/.package-lock.json'), '{"packages": {')
    expect(isInstalled(folder)).toBe(false)
  })
})

describe('bootstrap', () => {
  test('names the tasks where the given one is unknown', () => {
    const run = () => execFileSync(process.execPath, [join(root, 'scripts/bootstrap.mjs'), 'fly'], { stdio: 'pipe' })
    expect(run).toThrow('There is no task "fly". Choose one of: start, test, journey, check, package, prove.')
  })

  test('hands what is for the command line to the command line, and opens no window', () => {
    const home = join(folder, 'home')
    const args = [join(root, 'scripts/bootstrap.mjs'), 'start', 'runs', '--json', '--home', home]
    expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toContain('"event":"result"')
  })
})
