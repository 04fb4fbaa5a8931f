// How the journeys run: a real Chromium against the browser host, one at a time, each file with a studio of its own.
import { defineConfig } from '@playwright/test'
import { browserPath } from './test/e2e/support/browser.ts'

const executablePath = browserPath()

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'build/e2e',
  // Two cores tune, serve and draw already.
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  forbidOnly: true,
  reporter: './test/e2e/support/summary-reporter.ts',
  use: {
    viewport: { width: 1280, height: 800 },
    trace: 'retain-on-failure',
    launchOptions: {
      ...(executablePath === undefined ? {} : { executablePath }),
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
  },
  projects: [
    { name: 'journeys', testIgnore: '**/real/**' },
    { name: 'real', testMatch: '**/real/**', timeout: 1_200_000 },
  ],
})
