// The desktop app's first run: its main process on another V8 than the service's, its preload in a real Chromium.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { test } from '@playwright/test'
import { starter } from '../../main/contract/starter.ts'
import { openHome } from '../../main/service/home/home.ts'
import { attach, type RemoteStudio } from '../../main/service/socket/client.ts'
import { type DesktopApp, startDesktop } from './desktop/app.ts'
import { tuneSample } from './support/first-run.ts'
import { tinyModelFolder } from './support/studio.ts'

const home = mkdtempSync(join(tmpdir(), 'softprompt-desktop-'))
let app: DesktopApp

test.beforeAll(async () => {
  app = await startDesktop(home)
})
test.afterAll(async () => {
  await app.quit()
  rmSync(home, { recursive: true, force: true, maxRetries: 5 })
})

/** The service that the app has started, once it listens. */
async function service(): Promise<RemoteStudio> {
  for (;;) {
    const studio = await attach(openHome(home).address)
    if (studio) return studio
    await setTimeout(100)
  }
}

test('one click tunes the sample and ends with a verdict, through main process, preload and service', async ({
  page,
}) => {
  console.log(`main process on V8 ${app.v8}, service on V8 ${process.versions.v8}`)
  // Under the starter model's name, so that nothing is fetched.
  const studio = await service()
  await studio.call('models.add', { path: tinyModelFolder, name: starter.name })
  await studio.close()
  await app.open(page)
  await tuneSample(page)
})
