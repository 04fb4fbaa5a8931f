// The shelf from the command line: put, compared, switched, taken off; and what softprompt serve offers of it.
import { expect, it } from 'vitest'
import { cli, home, jsonLines, settings } from '../../support/run-cli.ts'

it('prompts are put on the shelf, which softprompt serve offers', { timeout: 120_000 }, async () => {
  const { model, data, at } = home()
  await cli(['models', 'add', model, '--name', 'tiny', ...at])
  for (const name of ['one', 'two'])
    await cli(['tune', data, '--text', 'text', '--label', 'label', ...settings, '--name', name, ...at])
  const shelf = (...args: string[]) => cli(['shelf', ...args, ...at])

  expect((await shelf('list')).out).toBe('Nothing stands on the shelf.\n')
  expect((await shelf('put', 'one', '--name', 'mail', '--purpose', 'Which team?')).out).toBe(
    'Version 1 answers as "mail".\n',
  )
  expect((await shelf('put', 'two', '--name', 'mail', '--compare')).out).toBe(
    'Version 1 answers as "mail". Version 2 is compared with it.\n',
  )
  expect((await shelf('list')).out).toBe(
    'mail  version 1  one  0 today  Which team?\nmail: version 2 has not been asked yet.\n',
  )
  expect((await shelf('switch', 'mail', '2')).out).toBe('Version 2 answers as "mail".\n')
  expect((await shelf('compare', 'mail', '1')).out).toContain('Version 1 is compared with it.')
  expect((await shelf('compare', 'mail')).out).toBe('Version 2 answers as "mail".\n')
  expect((await shelf('switch', 'mail', '3')).err).toContain('"mail" has no version 3.')
  const { out } = await shelf('list', '--json')
  expect(jsonLines(out).at(-1)).toMatchObject({ items: [{ name: 'mail', version: 2, prompt: { name: 'two' } }] })

  const served = await cli(['serve', '--port', '0', ...at], /Ctrl-C ends it/)
  expect(served.out).toMatch(/^Serving the shelf at http:\/\/127\.0\.0\.1:\d+\/v1\n/)
  expect((await shelf('off', 'mail')).out).toBe('"mail" answers nobody any more.\n')
  expect((await shelf('off', 'mail')).err).toContain('"mail" is not on the shelf.')
})
