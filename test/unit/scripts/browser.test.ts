// The browser of the journeys: fetched once where there is none, with an installer that stands in for Playwright's.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readyBrowser } from '../../../scripts/browser.mjs'
import { temporaryFolder } from '../../support/temporary.ts'

/** Speaks as `playwright install` does; writes down what it is asked for. */
function standIn(how: 'works' | 'fails' | 'leaves half'): { readonly installer: string; asked(): string[] } {
  const folder = temporaryFolder()
  const installer = join(folder, 'playwright.mjs')
  const log = join(folder, 'log')
  const place = join(folder, 'chromium_headless_shell-1')
  writeFileSync(
    installer,
    `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
    const args = process.argv.slice(2)
    appendFileSync(${JSON.stringify(log)}, args.join(' ') + '\\n')
    if (args.includes('--dry-run')) console.log('Chrome Headless Shell 1\\n  Install location:    ' + ${JSON.stringify(place)})
    else if (${JSON.stringify(how)} === 'fails') process.exit(1)
    else {
      mkdirSync(${JSON.stringify(place)})
      if (${JSON.stringify(how)} === 'works') writeFileSync(${JSON.stringify(join(place, 'INSTALLATION_COMPLETE'))}, '')
    }`,
  )
  const read = (): string[] => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [])
  return { installer, asked: () => read().filter((line) => !line.includes('--dry-run')) }
}

const none = () => undefined
const starts = () => Promise.resolve(undefined)

describe('where no browser is installed', () => {
  test('Playwright’s is fetched, once', async () => {
    const { installer, asked } = standIn('works')
    const parts = { installer, installed: none, launches: starts }
    expect(await readyBrowser(parts)).toBeUndefined()
    expect(await readyBrowser(parts)).toBeUndefined()
    expect(asked()).toEqual(['install --only-shell chromium'])
  })

  test.each(['fails', 'leaves half'] as const)('it is said where the installer %s', async (how) => {
    const { installer } = standIn(how)
    expect(await readyBrowser({ installer, installed: none, launches: starts })).toContain('could not be fetched')
  })

  test('and where what was fetched does not start, with the reason', async () => {
    const launches = () => Promise.resolve('error while loading shared libraries: libnss3.so')
    expect(await readyBrowser({ installer: standIn('works').installer, installed: none, launches })).toContain(
      'does not start here (error while loading shared libraries: libnss3.so)',
    )
  })
})

test('where one is installed nothing is fetched', async () => {
  const { installer, asked } = standIn('works')
  expect(await readyBrowser({ installer, installed: () => '/usr/bin/chromium', launches: starts })).toBeUndefined()
  expect(asked()).toEqual([])
})
