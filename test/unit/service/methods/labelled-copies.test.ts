// The studio's copy of a table that is labelled is read as the table was, whatever lay beside it.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startLabelling } from '../../../support/labelling.ts'

describe('a table that is labelled', () => {
  it('keeps the names that a file beside it gives its numbers, and is another table with other names', async () => {
    const { service, folder, saved } = await startLabelling()
    mkdirSync(join(folder, 'plain'))
    const path = join(folder, 'plain', 'few.csv')
    writeFileSync(path, 'text,label\nIt broke,0\nIt works,1\nWho knows,\n')
    const name = (no: string) => {
      // Two configurations, of which only the folder's name tells the right one.
      const infos = [`plain, ${no}, yes`, 'other, a, b'].map((line) => {
        const [config, ...names] = line.split(', ')
        return `{config_name: ${config ?? ''}, features: [{name: label, dtype: {class_label: {names: [${names.join()}]}}}]}`
      })
      writeFileSync(join(folder, 'plain', 'README.md'), `---\ndataset_info: [${infos.join()}]\n---\n`)
    }
    const answered = async () => {
      const { id: labelling } = await service.call('labellings.open', { path, prompts: [] })
      await service.call('labellings.start', { labelling, text: 'text', answers: 'label' })
      return service.call('labellings.watch', { labelling })
    }
    name('no')
    const first = await answered()
    expect(first).toMatchObject({
      state: 'finished',
      first: [
        ['It broke', 'no'],
        ['It works', 'yes'],
        ['Who knows', ''],
      ],
    })
    expect(first.prompts[0]?.labels).toEqual(['no', 'yes'])
    expect(String(await saved(first, 'csv'))).toContain('It broke,no,no,,')
    expect((await answered()).id).toBe(first.id)
    name('never')
    const second = await answered()
    expect(second.id).not.toBe(first.id)
    expect(second.prompts[0]?.labels).toEqual(['never', 'yes'])
  })

  it('stays as it is in the file, chats too, where it was opened so', async () => {
    const { service, file, saved } = await startLabelling()
    const turns = [
      { role: 'user', content: 'billing it' },
      { role: 'assistant', content: 'Done.' },
    ]
    const path = file('chats.jsonl', `${JSON.stringify({ messages: turns, id: 1 })}\n`.repeat(2))
    const { id: labelling, columns } = await service.call('labellings.open', {
      ...{ path, prompts: ['a'] },
      choices: { chat: false },
    })
    expect(columns).toEqual(['messages', 'id'])
    await service.call('labellings.start', { labelling, text: 'messages' })
    const ended = await service.call('labellings.watch', { labelling })
    expect(ended).toMatchObject({ state: 'finished', done: 2 })
    expect(String(await saved(ended, 'csv'))).toMatch(/^messages,id,answer,confidence\r\n/)
  })
})
