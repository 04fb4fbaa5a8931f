// The code that people copy asks what it says, whatever characters the name has.
import { execFile } from 'node:child_process'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { type Asked, snippets } from '../../../../../renderer/src/pages/serve/snippets.ts'

/** Quotes of every language, what Power Query and a shell read as escapes, and letters beyond ASCII. */
const name = `it's "50 %" #(lf) \${HOME} \\ café`
const text = 'Where is it?'

interface Request {
  readonly path: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}

/** A server that answers as the local API does, and keeps what it was asked. */
async function listening() {
  const requests: Request[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => (body += piece.toString()))
    request.on('end', () => {
      requests.push({ path: request.url, headers: request.headers, body: JSON.parse(body) as unknown })
      response.end(
        JSON.stringify({
          answers: [{ label: 'delivery', probability: 0.9 }],
          choices: [{ message: { content: 'written' } }],
        }),
      )
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, requests }
}

it('runs in JavaScript as it stands', async () => {
  const { url, requests } = await listening()
  const run = async (asked: Omit<Asked, 'url' | 'name' | 'text'>): Promise<string> => {
    const code = snippets.javascript({ url, name, text, ...asked })
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code])
    return stdout
  }
  expect(await run({ chooses: true, needsKey: true })).toBe('delivery 0.9\n')
  expect(await run({ chooses: false, needsKey: false })).toBe('written\n')
  expect(requests).toMatchObject([
    { path: '/v1/classify', headers: { authorization: 'Bearer YOUR_KEY' }, body: { prompt: name, text } },
    { path: '/v1/chat/completions', body: { model: name, messages: [{ role: 'user', content: text }] } },
  ])
  expect(requests[1]?.headers).not.toHaveProperty('authorization')
})

it('escapes for a shell and for Excel', () => {
  const asked = { url: 'http://127.0.0.1:8420', name, text, chooses: true, needsKey: false }
  expect(snippets.curl(asked)).toBe(
    [
      'curl http://127.0.0.1:8420/v1/classify \\',
      "  -H 'content-type: application/json' \\",
      `  -d '{"prompt": "it'\\''s \\"50 %\\" #(lf) \${HOME} \\\\ café", "text": "Where is it?"}'`,
    ].join('\n'),
  )
  expect(snippets.excel(asked)).toContain('prompt = "it\'s ""50 %"" #(#)(lf) ${HOME} \\ café"')
})

it('is one line of ASCII for PowerShell, whose only escape is a doubled quote', () => {
  const asked = { url: 'http://127.0.0.1:8420', name, text, chooses: true, needsKey: true }
  const code = snippets.powershell(asked)
  expect(code).toMatch(/^[ -~]+$/)
  const [, before, body = '', after] = /^(.*) -Body '((?:[^']|'')*)'(.*)$/.exec(code) ?? []
  expect(before).toBe(
    "(Invoke-RestMethod http://127.0.0.1:8420/v1/classify -Method Post -ContentType 'application/json'" +
      " -Headers @{ authorization = 'Bearer YOUR_KEY' }",
  )
  expect(JSON.parse(body.replaceAll("''", "'"))).toEqual({ prompt: name, text })
  expect(after).toBe(').answers[0].label')
})
