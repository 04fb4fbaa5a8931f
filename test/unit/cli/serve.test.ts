// The local API from the command line: a process that answers, tells of each request, and ends once its answers are given.
import { spawn } from 'node:child_process'
import { expect, it, onTestFinished } from 'vitest'
import { cli, entry, home, jsonLines, settings } from '../../support/run-cli.ts'

it('prompts are served, with keys that are made, listed and revoked', { timeout: 120_000 }, async () => {
  const { model, data, at } = home()
  await cli(['models', 'add', model, '--name', 'tiny', ...at])
  await cli(['tune', data, '--text', 'text', '--label', 'label', ...settings, '--name', 'team', ...at])

  const keys = ['serve', 'keys']
  expect((await cli([...keys, 'list', ...at])).out).toBe('There is no key yet.\n')
  const made = await cli([...keys, 'add', 'laptop', '--limit', '100', ...at])
  expect(made.out).toMatch(/^sp-[\w-]{43}\nKeep it well: it is not shown again\.\n$/)
  const [key = ''] = made.out.split('\n')
  expect((await cli([...keys, 'list', ...at])).out).toMatch(/^laptop {2}100 a minute {2}since \d{4}-\d\d-\d\d\n$/)
  expect((await cli([...keys, 'add', 'laptop', ...at])).err).toContain('already a key called "laptop"')

  const server = spawn(process.execPath, [
    entry,
    'serve',
    '--port',
    '0',
    '--prompt',
    'team',
    '--require-key',
    '--json',
    ...at,
  ])
  onTestFinished(() => void server.kill('SIGKILL'))
  let [out, err] = ['', '']
  server.stdout.on('data', (piece: Buffer) => (out += piece.toString()))
  server.stderr.on('data', (piece: Buffer) => (err += piece.toString()))
  const ended = new Promise((resolve) => server.on('close', resolve))
  await expect.poll(() => out + err, { timeout: 60_000 }).toContain('"serving"')
  const [{ url } = {}] = jsonLines(out)
  const ask = (headers: Record<string, string>) =>
    fetch(`${String(url)}/v1/classify`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ text: 'delivery is late' }),
    })
  expect((await ask({})).status).toBe(401)
  const answer = await ask({ authorization: `Bearer ${key}` })
  expect(await answer.json()).toMatchObject({ answers: [{ prompt: 'team', label: 'delivery' }] })
  expect((await cli([...keys, 'revoke', 'laptop', ...at])).out).toBe('The key "laptop" opens nothing any more.\n')
  expect((await ask({ authorization: `Bearer ${key}` })).status).toBe(401)
  server.kill('SIGTERM')
  expect(await ended).toBe(0)
  expect(err).toBe('')
  expect(jsonLines(out).slice(1)).toMatchObject([
    { event: 'request', status: 401 },
    { event: 'request', status: 200, path: '/v1/classify', by: ['team'], key: 'laptop' },
    { event: 'request', status: 401 },
  ])
  expect(out).not.toContain(key)
})

it('says what is in the way', { timeout: 60_000 }, async () => {
  const { model, at } = home()
  await cli(['models', 'add', model, '--name', 'tiny', ...at])
  for (const [args, sentence] of [
    [['--host', '0.0.0.0'], 'so whoever asks needs a key. Make one first: softprompt serve keys add NAME.'],
    [['--prompt', 'nobody'], 'There is no prompt "nobody".'],
    [['--port', '70000'], 'Expected a port from 0 to 65535.'],
    [['--model', 'other'], 'There is no model "other".'],
    [['keys', 'revoke', 'nobody'], 'There is no key called "nobody".'],
    [['keys', 'add', 'a/b'], 'This cannot be the name of a key: a name has no /, which some systems forbid.'],
  ] as const)
    expect(await cli(['serve', ...args, ...at])).toMatchObject({
      code: 1,
      err: expect.stringContaining(sentence) as string,
    })
  const ended = await cli(['serve', '--port', '0', ...at], /Ctrl-C ends it/)
  expect(ended).toMatchObject({ code: 0, err: '' })
  expect(ended.out).toMatch(/^Serving tiny at http:\/\/127\.0\.0\.1:\d+\/v1\n/)
})
