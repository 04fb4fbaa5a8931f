// softprompt data: what an import takes, and the same problems before a run.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Host } from '../../../main/hosts/cli/host.ts'
import { runProgram } from '../../../main/hosts/cli/program.ts'
import { fakeEntry, writeInputs } from '../../support/fake-studio.ts'
import { temporaryFolder } from '../../support/temporary.ts'

async function cli(args: readonly string[]) {
  let out = ''
  let err = ''
  const host: Host = {
    streams: { out: { write: (text) => (out += text) }, err: { write: (text) => (err += text) } },
    compute: fakeEntry,
    silence: 5000,
    onInterrupt: () => () => undefined,
    exit: (code) => {
      throw new Error(`exit ${String(code)}`)
    },
  }
  return { code: await runProgram(args, host), out, err }
}

it('shows what an import takes, and says the same problems before a run', { timeout: 30_000 }, async () => {
  const folder = temporaryFolder()
  const { model } = writeInputs(folder)
  const at = ['--home', join(folder, 'home')]
  const rows = Array.from({ length: 30 }, (_, i) => `text ${String(i)};${i % 2 ? 'a' : 'b'}`)
  const path = join(folder, 'table.csv')
  writeFileSync(path, ['Export of today', 'text;label', ...rows, 'only one cell', 'a rare one;c', ''].join('\n'))
  const shown = await cli(['data', path, ...at])
  expect(shown.code).toBe(0)
  for (const line of [
    'Read 31 rows from table.csv. It was read as CSV, UTF-8, cells between semicolons, names in line 2.',
    'Left out above the first row: line 1, "Export of today".',
    'Skipped line 33: 1 cell where the header has 2',
    'Roles: reads "text", answers "label" (guessed)',
    'Labels: a 15, b 15, c 1',
    'Problem: 1 answer is too rare: “c”.',
    'Tuning would not begin: The label "c" has one text of its own',
  ])
    expect(shown.out).toContain(line)
  const json = (await cli(['data', path, '--json', '--header', '3', ...at])).out.trim().split('\n')
  expect(JSON.parse(json.at(-1) ?? '')).toMatchObject({ columns: ['text 0', 'b'], rows: 30, taken: { headerLine: 3 } })
  const tuned = await cli(['tune', path, '--text', 'text', '--label', 'label', '--model', model, ...at])
  expect(tuned.out).toContain('Problem: 1 answer is too rare: “c”.')
  expect(tuned.err).toContain('The label "c" has one text of its own')
  const encoded = await cli(['data', path, '--encoding', 'cp1251', '--delimiter', 'semicolon', ...at])
  expect(encoded.out).toContain('Cyrillic (windows-1251)')
  expect((await cli(['data', path, '--sheet', 'Data', ...at])).err).toContain('there is no sheet to choose')
})

it('imports a file of chats, lists it, and saves it again', { timeout: 30_000 }, async () => {
  const folder = temporaryFolder()
  const at = ['--home', join(folder, 'home')]
  const chat = (i: number) => [
    { role: 'user', content: `Question ${String(i)}` },
    { role: 'assistant', content: `Answer ${String(i)} to it` },
  ]
  const path = join(folder, 'chat.jsonl')
  writeFileSync(path, Array.from({ length: 12 }, (_, i) => JSON.stringify({ messages: chat(i) })).join('\n'))
  expect((await cli(['data', ...at])).out).toContain('There is no data yet.')
  const imported = await cli(['import', path, ...at])
  expect(imported.out).toContain('It was read as JSON Lines, UTF-8, chats as messages.')
  expect(imported.out).toContain('It is the data set chat.jsonl.')
  const asIs = (await cli(['data', path, '--as-is', '--json', ...at])).out.trim().split('\n')
  expect(JSON.parse(asIs.at(-1) ?? '')).toMatchObject({ columns: ['messages'] })
  expect((await cli(['data', ...at])).out).toContain(
    'chat.jsonl  version 1  12 rows  reads "user", answers "assistant"',
  )
  const saved = join(folder, 'out.jsonl')
  expect((await cli(['save', 'chat.jsonl', saved, ...at])).out).toContain(`Wrote 12 rows to ${saved}.`)
  expect(JSON.parse(readFileSync(saved, 'utf8').split('\n')[3] ?? '')).toEqual({
    system: '',
    'earlier turns': '',
    user: 'Question 3',
    assistant: 'Answer 3 to it',
  })
  const again = join(folder, 'again.jsonl')
  expect((await cli(['save', 'chat.jsonl', again, '--chat', ...at])).code).toBe(0)
  expect(JSON.parse(readFileSync(again, 'utf8').split('\n')[3] ?? '')).toEqual({ messages: chat(3) })
  expect((await cli(['save', 'chat.jsonl', join(folder, 'out.csv'), '--chat', ...at])).err).toContain(
    'must end in jsonl',
  )
  expect((await cli(['save', 'chat.jsonl', join(folder, 'out.doc'), ...at])).err).toContain(
    'must end in csv, xlsx, jsonl',
  )
  expect((await cli(['save', 'none', saved, ...at])).err).toContain('none')
  expect((await cli(['save', 'chat.jsonl', saved, ...at])).err).toContain('already')
})

it('mends a data set by commands, which a refused run names', { timeout: 60_000 }, async () => {
  const folder = temporaryFolder()
  const { model } = writeInputs(folder)
  const at = ['--home', join(folder, 'home')]
  const some = (label: string, step: number): string[] =>
    Array.from({ length: 8 }, (_, i) => `${[0, 1, 2].map((j) => words[(step * (i + j * j)) % 13]).join(' ')},${label}`)
  const words = 'amber bridge candle desert engine forest garden harbour island jacket kettle lantern meadow'.split(' ')
  const path = join(folder, 'feedback.csv')
  writeFileSync(
    path,
    ['text,label', ...some('account', 1), 'mirror needle,ACCOUNT', 'orchard,ACCOUNT', ...some('shipping', 5)].join(
      '\n',
    ),
  )
  const columns = ['--text', 'text', '--label', 'label']
  const refused = await cli(['tune', path, ...columns, '--model', model, ...at])
  expect(refused.code).toBe(1)
  expect(refused.err).toContain('Use one spelling with: softprompt fix feedback.csv label-spelling')
  const fixed = await cli(['fix', 'feedback.csv', 'label-spelling', ...at])
  expect(fixed.out).toContain('Spelling unified in 2 rows.')
  const undone = await cli(['fix', 'feedback.csv', '--undo', ...at])
  expect(undone.out).toContain('Undone: Spelling unified in 2 rows.')
  expect((await cli(['fix', 'feedback.csv', ...at])).out).toContain('Spelling unified in 2 rows')
  expect((await cli(['fix', 'feedback.csv', ...at])).err).toContain('There is nothing left to fix.')
})

it('puts a data set in the trash and takes it out of it', { timeout: 30_000 }, async () => {
  const folder = temporaryFolder()
  const { data } = writeInputs(folder)
  const at = ['--home', join(folder, 'home')]
  await cli(['import', data, ...at])
  expect((await cli(['trash', '--data', 'mail.csv', ...at])).out).toContain('Moved to the trash: mail.csv.')
  expect((await cli(['data', ...at])).out).toContain('There is no data yet.')
  expect((await cli(['trash', ...at])).out).toMatch(/^mail\.csv +data set /)
  expect((await cli(['trash', '--data', 'mail.csv', ...at])).err).toContain('mail.csv')
  await cli(['trash', '--data', '--restore', 'mail.csv', ...at])
  expect((await cli(['data', ...at])).out).toMatch(/^mail\.csv +version 1 +60 rows/)
  await cli(['trash', '--data', '--delete', 'mail.csv', ...at])
  expect((await cli(['data', ...at])).out).toContain('There is no data yet.')
  expect((await cli(['trash', ...at])).out).toContain('The trash is empty.')
})
