// How the journeys run: a real Chromium against the browser host, one at a time, each file with a studio of its own.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from '@playwright/test'
import { browserPath } from './test/e2e/support/browser.ts'

const executablePath = browserPath()

export default defineConfig({
  testDir: 'test/e2e',
  // Two runs at once must not tidy each other's files away.
  outputDir: (process.env['SOFTPROMPT_E2E_OUTPUT'] ??= mkdtempSync(join(tmpdir(), 'softprompt-e2e-output-'))),
  // Two cores tune, serve and draw already.
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  forbidOnly: true,
  reporter: './test/e2e/support/summary-reporter.ts',
  use: {
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(executablePath === undefined ? {} : { executablePath }),
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
  },
  projects: [
    { name: 'journeys', testIgnore: ['**/real/**', '**/electron/**'] },
    { name: 'electron', testMatch: '**/electron/**' },
    { name: 'real', testMatch: '**/real/**', timeout: 1_200_000 },
  ],
})
