// Looking at a file before its import: what would be taken, guessed and skipped, what is wrong; nothing is kept.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { spawnFake } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

async function start() {
  const folder = temporaryFolder()
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  const file = (name: string, content: string): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  return { service, file }
}

const words = ['parcel', 'invoice', 'refund', 'courier', 'screen', 'password', 'shoes', 'voucher', 'battery', 'letter']
const rows = words.map(
  (word, i) => `${word} number ${word.length} is not what I have ordered, ${word}s,${i % 2 ? 'a' : 'b'}`,
)

it('tells what an import takes, and keeps nothing', async () => {
  const { service, file } = await start()
  const path = file(
    'mail.csv',
    `exported today\nmessage;team\n${rows.join('\n').replaceAll(/,([ab])$/gm, ';$1')}\nalone\n`,
  )
  const look = await service.call('data.look', { path })
  expect(look).toMatchObject({
    name: 'mail.csv',
    columns: ['message', 'team'],
    rows: 10,
    skippedCount: 1,
    skipped: [{ line: 13, reason: '1 cell where the header has 2' }],
    taken: { format: 'csv', encoding: 'utf-8', delimiter: ';', headerLine: 2 },
    roles: { text: 'message', label: 'team', guessed: true, task: 'classification', taskGuessed: true },
    refusal: undefined,
  })
  expect(look.profile.labels).toEqual([
    { label: 'a', rows: 5 },
    { label: 'b', rows: 5 },
  ])
  expect(look.first).toHaveLength(5)
  expect(await service.call('data.list', {})).toEqual([])
})

it('refuses what a run would refuse, in its words', async () => {
  const { service, file } = await start()
  const path = file('rare.csv', `text,label\n${rows.map((row) => row.replace(', ', ' ')).join('\n')}\nonly one,c\n`)
  const look = await service.call('data.look', { path })
  expect(look.refusal).toContain('The label "c" has one text of its own')
  expect(look.profile.problems.map(({ problem }) => problem)).toContain('rare-labels')
  const { dataset, version } = await service.call('data.import', { path })
  const roles = { text: 'text', label: 'label' }
  const { problems } = await service.call('data.profile', { dataset, version, roles })
  expect(problems).toEqual(look.profile.problems)
})

it('takes chosen columns, and refuses those that are not there', async () => {
  const { service, file } = await start()
  const path = file('two.csv', 'one,two\nx,hello\ny,bye\nx,well\n')
  const look = await service.call('data.look', { path, text: 'two', label: 'one', task: 'generation' })
  expect(look.roles).toMatchObject({
    text: 'two',
    label: 'one',
    guessed: false,
    task: 'generation',
    taskGuessed: false,
  })
  await expect(service.call('data.look', { path, text: 'three' })).rejects.toMatchObject({ code: 'run/no-column' })
})

it('does not promise what it has not tried out: too many rows are split only by a run', async () => {
  const { service, file } = await start()
  const many = Array.from({ length: 20_001 }, (_, i) => `message ${String(i)},${i % 2 ? 'a' : 'b'}`)
  const look = await service.call('data.look', { path: file('many.csv', `text,label\n${many.join('\n')}\n`) })
  expect(look).toMatchObject({ rows: 20_001, refusal: null })
})
