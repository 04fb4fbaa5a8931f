// Files of chats, as other programs for tuning read them: each arrangement becomes columns, and the last answer is what is learned.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitTurns } from '../../../main/engine/data/chat/conversations.ts'
import { type Turn, turnsOf } from '../../../main/engine/data/chat/turns.ts'
import { guessTaskOf } from '../../../main/engine/data/guess-task.ts'
import { guessRoles } from '../../../main/engine/data/roles.ts'
import { useTables } from '../../support/read-table.ts'

const { read } = useTables()

const lines = (rows: readonly unknown[]): string => rows.map((row) => JSON.stringify(row)).join('\n')
const topics = ['parcel', 'invoice', 'password', 'refund', 'colour', 'size']
const ask = (topic: string): string => `Can you help me with my ${topic}, please?`
const answer = (topic: string): string =>
  `Of course: tell me more about your ${topic}, and I will look what can be done.`
const each = <T>(row: (topic: string, i: number) => T): T[] => topics.map(row)

const guess = ({ columns, rows }: Awaited<ReturnType<typeof read>>) => {
  const cells = rows.map((row) => row.cells)
  const roles = guessRoles(columns, cells)
  return { ...roles, task: guessTaskOf(columns, cells, roles) }
}

const single = each((topic) => ({
  messages: [
    { role: 'system', content: 'You are kind.' },
    { role: 'user', content: ask(topic) },
    { role: 'assistant', content: answer(topic) },
  ],
}))
const shareGpt = each((topic, i) => ({
  id: `c${String(i)}`,
  conversations: [
    { from: 'human', value: 'Hello' },
    { from: 'gpt', value: 'Hello, what can I do for you?' },
    { from: 'human', value: ask(topic) },
    { from: 'gpt', value: answer(topic) },
  ],
}))

describe('a file of chats', () => {
  it('as OpenAI’s messages is split, the last answer being what is learned', async () => {
    const table = await read('chat.jsonl', lines(single))
    expect(table).toMatchObject({ chat: 'messages', columns: ['system', 'earlier turns', 'user', 'assistant'] })
    expect(table.rows.map(({ cells }) => cells)).toEqual(
      each((topic) => ['You are kind.', '', ask(topic), answer(topic)]),
    )
    expect(guess(table)).toEqual({ text: 'user', label: 'assistant', context: '', task: 'generation' })
    expect(table.notes.join()).toContain('Each chat is split')
  })

  it('as ShareGPT’s conversations keeps what came earlier in a column of its own', async () => {
    const table = await read('share.json', JSON.stringify(shareGpt))
    expect(table).toMatchObject({ chat: 'sharegpt', columns: ['system', 'earlier turns', 'user', 'assistant', 'id'] })
    const earlier = 'user: Hello\nassistant: Hello, what can I do for you?'
    expect(table.rows[2]?.cells).toEqual(['', earlier, ask('password'), answer('password'), 'c2'])
    expect(guess(table)).toEqual({ text: 'user', label: 'assistant', context: 'earlier turns', task: 'generation' })
  })

  it('as Alpaca’s instructions joins an instruction and its input', async () => {
    const rows = each((topic, i) => ({
      instruction: ask(topic),
      input: i % 2 ? `No. ${String(i)}` : '',
      output: answer(topic),
    }))
    const table = await read('alpaca.json', JSON.stringify(rows))
    expect(table).toMatchObject({ chat: 'alpaca', columns: ['user', 'assistant'] })
    expect(table.rows.slice(0, 2).map(({ cells }) => cells)).toEqual([
      [ask('parcel'), answer('parcel')],
      [`${ask('invoice')}\n\nNo. 1`, answer('invoice')],
    ])
    expect(guess(table)).toMatchObject({ text: 'user', label: 'assistant', task: 'generation' })
  })

  it('as Alpaca’s instructions that are all the same leaves them out of the text', async () => {
    const rows = each((topic, i) => ({
      instruction: 'Name the team.',
      input: ask(topic),
      output: ['a', 'b', 'c'][i % 3],
    }))
    const table = await read('same.json', JSON.stringify(rows))
    expect(table).toMatchObject({ chat: 'alpaca', columns: ['instruction', 'input', 'output'] })
    expect(guess(table)).toEqual({ text: 'input', label: 'output', context: '', task: 'classification' })
  })

  it('as Alpaca’s instructions with a history keeps it as earlier turns', async () => {
    const rows = each((topic) => ({
      instruction: ask(topic),
      output: answer(topic),
      history: [['Hello', 'Yes?']],
      system: 'Be kind.',
    }))
    const table = await read('history.json', JSON.stringify(rows))
    expect(table.columns).toEqual(['system', 'earlier turns', 'user', 'assistant'])
    expect(table.rows[0]?.cells).toEqual(['Be kind.', 'user: Hello\nassistant: Yes?', ask('parcel'), answer('parcel')])
  })

  it('as prompts and completions has its columns already', async () => {
    const table = await read('pairs.jsonl', lines(each((topic) => ({ prompt: ask(topic), completion: answer(topic) }))))
    expect(table).toMatchObject({ chat: 'prompt-completion', columns: ['prompt', 'completion'] })
    expect(guess(table)).toMatchObject({ text: 'prompt', label: 'completion', task: 'generation' })
  })

  it.each(['completion', 'chosen'])('as prompts and %s of turns is read as one chat', async (name) => {
    const rows = single.map(({ messages }) => ({ prompt: messages.slice(0, 2), [name]: messages.slice(2), id: 'x' }))
    const table = await read('turns.jsonl', lines(rows))
    expect(table).toMatchObject({ chat: 'messages', columns: ['system', 'earlier turns', 'user', 'assistant', 'id'] })
    expect(table.rows[0]?.cells).toEqual(['You are kind.', '', ask('parcel'), answer('parcel'), 'x'])
  })

  it('stays as it is where a person wants that', async () => {
    const table = await read('chat.jsonl', lines(single), { chat: false })
    expect(table.columns).toEqual(['messages'])
    expect(table.chat).toBeUndefined()
  })

  it('may be a table in which a column holds the turns', async () => {
    const cell = (value: unknown): string => `"${JSON.stringify(value).replaceAll('"', '""')}"`
    const table = await read(
      'chat.csv',
      ['id,messages', ...single.map(({ messages }, i) => `${String(i)},${cell(messages)}`)].join('\n'),
    )
    expect(table).toMatchObject({ chat: 'messages', columns: ['system', 'earlier turns', 'user', 'assistant', 'id'] })
  })

  it.each([
    ['a line', 'bare.jsonl', lines(single.map(({ messages }) => messages))],
    ['an element', 'bare.json', JSON.stringify(single.map(({ messages }) => messages))],
  ])('may be a bare list of turns %s', async (_, name, content) => {
    const table = await read(name, content)
    expect(table).toMatchObject({ chat: 'messages', columns: ['system', 'earlier turns', 'user', 'assistant'] })
    expect(table.rows).toHaveLength(topics.length)
  })

  it('says which chats have no answer, go on behind it, or are none', async () => {
    const [first, second] = single
    const open = { messages: first?.messages.slice(0, 2) }
    const goesOn = { messages: [...(second?.messages ?? []), { role: 'user', content: 'Thanks' }] }
    const table = await read('some.jsonl', lines([...single, open, goesOn, { messages: 'none' }]))
    expect(table.rows).toHaveLength(8)
    expect(table.rows[6]?.cells[3]).toBe('')
    expect(table.notes.slice(1)).toEqual([
      '1 chat is without an answer, so that “assistant” is empty: line 7.',
      '1 chat goes on behind the last answer, which is left out: line 8.',
    ])
    expect(table.skipped).toEqual([{ line: 9, reason: 'it holds no turns of a chat' }])
  })
})

it('reads parts, calls of tools, and their results', () => {
  const turns = turnsOf(
    JSON.stringify([
      { role: 'developer', content: 'Be kind.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: 'x' } },
        ],
      },
      { role: 'assistant', content: null, tool_calls: [{ id: 'a' }] },
      { role: 'tool', content: 'a cat' },
      { role: 'assistant', content: 'A cat.' },
    ]),
  )
  expect(splitTurns(turns ?? [])).toEqual({
    system: 'Be kind.',
    earlier: '',
    user: 'What is this?\n[image_url]\nassistant: [{"id":"a"}]\ntool: a cat',
    assistant: 'A cat.',
    goesOn: false,
  })
})

it('reads turns that Parquet holds as an object of lists', () => {
  const cell = JSON.stringify({ from: ['human', 'gpt'], value: ['Hello', 'Yes?'] })
  expect(turnsOf(cell)).toEqual([
    { role: 'user', text: 'Hello' },
    { role: 'assistant', text: 'Yes?' },
  ])
  expect(turnsOf(JSON.stringify({ from: ['human', 'gpt'], value: ['Hello'] }))).toBeUndefined()
})

const role = fc.constantFrom('system', 'user', 'assistant', 'tool')
const chat = fc.array(fc.record({ role, text: fc.string() }), { minLength: 1, maxLength: 8 })

it('reads back whatever turns are written, in either arrangement', () => {
  const asOpenAi = (turns: readonly Turn[]) => turns.map(({ role: said, text }) => ({ role: said, content: text }))
  const asShareGpt = (turns: readonly Turn[]) => turns.map(({ role: said, text }) => ({ from: said, value: text }))
  fc.assert(
    fc.property(chat, fc.constantFrom(asOpenAi, asShareGpt), (turns, write) => {
      expect(turnsOf(JSON.stringify(write(turns)))).toEqual(turns)
    }),
  )
})

it('loses nothing of a chat before its last answer', () => {
  fc.assert(
    fc.property(chat, (turns) => {
      const split = splitTurns(turns)
      const last = turns.findLastIndex(({ role: said }) => said === 'assistant')
      expect(split.assistant).toBe(turns[last]?.text ?? '')
      const whole = [split.system, split.earlier, split.user, split.assistant].join('\n')
      for (const { text } of last < 0 ? [] : turns.slice(0, last + 1)) expect(whole).toContain(text)
    }),
  )
})

it('takes no other cell for turns', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.json(), fc.constantFrom('[]', '[{}]', '[{"role": 1}]', '[{"role": "user"')),
      (cell) => {
        const turns = turnsOf(cell)
        expect(turns === undefined || /"(role|from)"/.test(cell)).toBe(true)
      },
    ),
  )
})
