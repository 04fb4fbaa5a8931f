// The secret that opens the studio: no other server on this computer gets it, it stays nowhere in sight, and tabs share it.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chromium, expect, type Page, test } from '@playwright/test'
import { useStudio } from './support/studio.ts'

const studio = useStudio()

const bare = (): string => studio.url.replace(/#.*/, '')
const secret = (): string => studio.url.replace(/.*#key=/, '')
const works = async (page: Page): Promise<void> => {
  await expect(page.getByRole('link', { name: 'Nothing sent: 0 bytes uploaded' })).toBeVisible()
}

/** A server of somebody else, and what it is sent. */
async function otherServer(page: () => string, port = 0) {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    response.setHeader('content-type', 'text/html').end(request.url === '/' ? page() : '')
  }).listen(port, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return { seen, port: (server.address() as AddressInfo).port, close: () => server.close() }
}

test('another port’s server is sent nothing of it, whoever leads the browser there', async () => {
  const executablePath = test.info().project.use.launchOptions?.executablePath
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [...(test.info().project.use.launchOptions?.args ?? []), '--host-resolver-rules=MAP evil.test 127.0.0.1'],
  })
  const other = await otherServer(() => '<img src="/pixel"><iframe src="/frame"></iframe>')
  const evil = await otherServer(() => `<script>location = 'http://127.0.0.1:${String(other.port)}/'</script>`)
  try {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(studio.url)
    await works(page)
    const stranger = await context.newPage()
    await stranger.goto(`http://evil.test:${String(evil.port)}/`)
    await expect.poll(() => other.seen.length).toBeGreaterThanOrEqual(3)
    // Also a link out of the studio itself.
    await page.goto(`http://127.0.0.1:${String(other.port)}/`)
    for (const { url, headers, rawHeaders } of [...other.seen, ...evil.seen]) {
      expect(headers.cookie).toBeUndefined()
      expect([url, ...rawHeaders].join('\n')).not.toContain(secret())
    }
  } finally {
    await browser.close()
    other.close()
    evil.close()
  }
})

test('it leaves the address at once, and is in no history, cookie, referrer or file of the page', async ({ page }) => {
  const bodies: Promise<string>[] = []
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url(), request.headers()['referer'] ?? ''))
  page.on('response', (response) => {
    if (!response.url().endsWith('/key')) bodies.push(response.text().catch(() => ''))
  })
  await page.goto(studio.url)
  await works(page)
  expect(page.url()).toBe(bare())
  const kept = await page.evaluate(() => [document.cookie, document.referrer, document.title, String(history.length)])
  expect(kept).toEqual(['', '', 'Softprompt Studio', '2'])
  expect([...asked, ...(await Promise.all(bodies))].join('\n')).not.toContain(secret())
  await page.goBack()
  expect(page.url()).not.toContain('key')
})

test('a reload, a second tab and the page that one was on go on without it', async ({ page, context }) => {
  await page.goto(`${studio.url}#/settings`)
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
  await works(page)
  const second = await context.newPage()
  await second.goto(bare())
  await works(second)
  const [third] = await Promise.all([
    context.waitForEvent('page'),
    page.getByRole('link', { name: 'Data' }).click({ modifiers: ['ControlOrMeta'] }),
  ])
  await works(third)
  // The printed address once more, in a tab that shows a page already.
  await page.goto(studio.url)
  await works(page)
  expect(page.url()).toBe(`${bare()}#/settings`)
})

test('without it, or with a wrong one, the window says what to open, and takes a right one at once', async ({
  page,
}) => {
  for (const address of [bare(), `${bare()}#key=AAAA`]) {
    await page.goto(address)
    await expect(page.getByRole('alert')).toContainText('This window has no key to the studio')
    expect(page.url()).toBe(bare())
  }
  await page.goto(studio.url)
  await works(page)
  await expect(page.getByRole('alert')).toHaveCount(0)
})

test('after a restart the window goes on by itself, at the address it had', async ({ page }) => {
  await page.goto(studio.url)
  await works(page)
  const old = studio.url
  await studio.kill()
  await expect(page.getByRole('alert')).toContainText('does not answer')
  await studio.restart()
  expect(studio.url).toBe(old)
  await expect(page.getByRole('alert')).toHaveCount(0)
  await works(page)
})

test('whoever has taken the port since is told nothing, and the next start has another', async ({ page }) => {
  await page.goto(studio.url)
  await works(page)
  const old = studio.url
  await studio.kill()
  await expect(page.getByRole('alert')).toContainText('does not answer')
  const other = await otherServer(() => '', Number(new URL(old).port))
  await expect.poll(() => other.seen.some(({ url }) => url?.startsWith('/proof'))).toBe(true)
  await expect(page.getByRole('alert')).toContainText('This window has no key to the studio')
  await studio.restart()
  for (const { url, rawHeaders } of other.seen) expect([url, ...rawHeaders].join('\n')).not.toContain(secret())
  expect(new URL(studio.url).port).not.toBe(new URL(old).port)
  other.close()
  await studio.kill()
  await studio.restart()
  expect(studio.url).toBe(old)
})
