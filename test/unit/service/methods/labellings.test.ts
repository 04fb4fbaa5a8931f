// Tables that prompts label: answered, stopped, gone on with, corrected, saved, sent to the data.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Input, StudioEvent } from '../../../../main/contract/service.ts'
import { startLabelling as start } from '../../../support/labelling.ts'
import { writeXlsx } from '../../../support/write-xlsx.ts'

const words = ['billing', 'delivery', 'praise', 'other']

/** Every fourth text begins with no label, so that it is answered with the first one, unsure. */
const lines = (rows: number) =>
  Array.from({ length: rows }, (_, i) => [`${words[i % 4] ?? ''} of message ${String(i)}`, `id-${String(i)}`] as const)

describe('a table', () => {
  it('is copied, and its columns are guessed from the prompt before any by their looks', async () => {
    const { service, file } = await start()
    const path = file('more.csv', 'message;Text\nplease answer this long message;billing one\n')
    const opened = await service.call('labellings.open', { path, prompts: ['a'] })
    expect(opened).toMatchObject({
      ...{ state: 'ready', file: 'more.csv', rows: 1, done: 0, text: 'Text', context: '' },
      columns: ['message', 'Text'],
      first: [['please answer this long message', 'billing one']],
      prompts: [{ name: 'a', labels: ['billing', 'delivery', 'praise'] }],
    })
    const again = await service.call('labellings.open', { path, prompts: ['a'] })
    expect(again.id).toBe(opened.id)
    expect((await service.call('labellings.open', { path, prompts: ['a', 'b'] })).id).not.toBe(opened.id)
    await expect(service.call('labellings.open', { path, prompts: ['nobody'] })).rejects.toThrow(/nobody/)
    await expect(service.call('labellings.start', { labelling: opened.id, text: 'nowhere' })).rejects.toThrow(/nowhere/)
  })

  it('comes back as CSV with its delimiter, as JSON Lines with its fields, and without formulas of ours', async () => {
    const { file, label, saved } = await start()
    const semicolons = await label(file('more.csv', 'text;id\n"billing; ""now""";007\n  ;-1\nwhat?;=1+1\n'))
    expect(semicolons).toMatchObject({ state: 'finished', rows: 3, done: 3 })
    expect(String(await saved(semicolons, 'csv'))).toBe(
      'text;id;answer;confidence\r\n"billing; ""now""";007;billing;0.4\r\n  ;-1;;\r\nwhat?;=1+1;billing;0.4\r\n',
    )
    const jsonl = await label(
      file(
        'more.jsonl',
        '{"text": "praise be", "n": 1.50, "deep": {"a": [1]}}\n\n{"text":"x","n":12345678901234567890}\n',
      ),
    )
    expect(String(await saved(jsonl, 'jsonl'))).toBe(
      '{"text": "praise be", "n": 1.50, "deep": {"a": [1]},"answer":"praise","confidence":0.9}\n' +
        '{"text":"x","n":12345678901234567890,"answer":"billing","confidence":0.4}\n',
    )
    expect(String(await saved(jsonl, 'csv'))).toMatch(/^text,n,.*answer,confidence\r\npraise be,/)
  })

  it('is labelled by several prompts, each with columns of its own', async () => {
    const { file, label, saved } = await start()
    const both = await label(file('more.csv', 'text,answer\npraise it,\n'), ['a', 'b'])
    expect(both.answers.map(({ name, counts }) => [name, counts])).toEqual([
      ['a', [{ label: 'praise', rows: 1 }]],
      ['b', [{ label: 'praise', rows: 1 }]],
    ])
    expect(String(await saved(both, 'csv'))).toBe(
      'text,answer,a: answer,a: confidence,b: answer,b: confidence\r\npraise it,,praise,0.9,praise,0.9\r\n',
    )
  })

  it('begins anew with other columns', async () => {
    const { service, file, label, saved } = await start()
    const path = file('two.csv', 'text,other\npraise,delivery\n')
    expect((await label(path)).answers[0]?.counts).toEqual([{ label: 'praise', rows: 1 }])
    const other = await label(path, ['a'], { text: 'other' })
    expect(other).toMatchObject({ text: 'other', done: 1 })
    expect(String(await saved(other, 'csv'))).toContain('praise,delivery,delivery,0.9')
    expect(await service.call('labellings.list', {})).toHaveLength(1)
  })

  it('says in a column where a text was cut', async () => {
    const { file, label, saved } = await start()
    const cut = await label(file('long.csv', `text\n${'word '.repeat(50)}\nbilling\n`))
    expect(cut.answers[0]?.cut).toBe(1)
    expect(String(await saved(cut, 'csv'))).toContain(
      'billing,0.4,"the text was too long, its last 50 tokens were not read"\r\nbilling,billing,0.9,\r\n',
    )
  })

  it('stops where it is asked to, goes on after a restart, and the file is the one of an unbroken labelling', async () => {
    const started = await start()
    const { file, label, saved, restart } = started
    const table = ['text,id', ...lines(700).map((cells) => cells.join(',')), ''].join('\n')
    const whole = await label(file('whole.csv', table))
    const expected = await saved(whole, 'csv')
    const { id: labelling } = await started.service.call('labellings.open', {
      path: file('b.csv', table),
      prompts: ['a'],
    })
    const seen: number[] = []
    let stopping: Promise<unknown> | undefined
    await started.service.call('labellings.start', { labelling })
    const onEvent = (event: StudioEvent): void => {
      if (event.event !== 'progress') return
      seen.push(event.done)
      if (event.done >= 128) stopping ??= started.service.call('labellings.stop', { labelling })
    }
    const stopped = await started.service.call('labellings.watch', { labelling }, { onEvent })
    await stopping
    expect(seen.slice(0, 3)).toEqual([0, 16, 128])
    expect(stopped.state).toBe('stopped')
    expect(stopped.done).toBeGreaterThanOrEqual(128)
    expect(stopped.done).toBeLessThan(700)
    await restart()
    await started.service.call('labellings.start', { labelling })
    const again: number[] = []
    const ended = await started.service.call(
      'labellings.watch',
      { labelling },
      { onEvent: (event) => void (event.event === 'progress' && again.push(event.done)) },
    )
    expect(again[0]).toBe(stopped.done)
    expect(ended).toMatchObject({ state: 'finished', done: 700 })
    expect(await saved(ended, 'csv')).toEqual(expected)
  })

  it('is stopped where its studio ended in the middle, and failed where a prompt cannot answer', async () => {
    const started = await start()
    const { file, label, restart } = started
    const failed = await label(file('deadly.csv', 'text\ndie\n'))
    expect(failed).toMatchObject({ state: 'failed', done: 0 })
    expect(failed.error).toBeTruthy()
    const table = ['text', ...lines(5000).map(([text]) => text), ''].join('\n')
    const { id } = await started.service.call('labellings.open', { path: file('l.csv', table), prompts: ['a'] })
    await started.service.call('labellings.start', { labelling: id })
    await expect(started.service.call('labellings.start', { labelling: id })).rejects.toThrow(/being labelled/)
    await restart()
    expect(await started.service.call('labellings.show', { labelling: id })).toMatchObject({ state: 'stopped' })
    const { state } = await started.service
      .call('labellings.stop', { labelling: id })
      .catch(() => ({ state: 'not running' }))
    expect(state).toBe('not running')
  })
})

describe('answers', () => {
  it('come by confidence, by label and in the file’s order, and are corrected, saved and sent once', async () => {
    const { service, file, label, saved, base } = await start()
    const done = await label(file('more.csv', ['text,id', ...lines(40).map((c) => c.join(',')), ''].join('\n')))
    const { id: labelling } = done
    expect(done.answers[0]).toMatchObject({
      ...{ corrected: 0, unsent: 0, cut: 0 },
      counts: [
        { label: 'billing', rows: 20 },
        { label: 'delivery', rows: 10 },
        { label: 'praise', rows: 10 },
      ],
      confidences: [0, 0, 0, 0, 10, 0, 0, 0, 0, 30],
    })
    const rows = (more: Partial<Input<'labellings.rows'>> = {}) =>
      service.call('labellings.rows', { labelling, prompt: 'a', order: 'confidence', from: 0, count: 100, ...more })
    const unsure = await rows({ below: 0.5 })
    expect(unsure.total).toBe(10)
    expect(unsure.rows[0]).toMatchObject({ text: 'other of message 3', answer: 'billing', confidence: 0.4 })
    expect((await rows({ label: 'praise' })).total).toBe(10)
    expect((await rows({ order: 'file', from: 3, count: 1 })).rows[0]?.text).toBe('other of message 3')
    const [first, second] = unsure.rows.map(({ row }) => row)
    const correct = (row: number | undefined, answer: string) =>
      service.call('labellings.correct', { labelling, prompt: 'a', rows: [row ?? 0], answer })
    await expect(correct(first, 'unknown')).rejects.toThrow(/none of the labels/)
    await correct(second, 'praise')
    const corrected = await correct(first, 'delivery')
    expect(corrected.answers[0]).toMatchObject({ corrected: 2, unsent: 2, data: { dataset: base.dataset } })
    await correct(second, '')
    expect((await rows({ below: 0.5 })).total).toBe(9)
    const text = String(await saved(done, 'csv'))
    expect(text).toContain('other of message 3,id-3,delivery,,corrected by hand\r\n')
    expect(
      String(await saved(done, 'csv', 0.5))
        .trim()
        .split('\r\n'),
    ).toHaveLength(10)
    const before = await service.call('data.show', { dataset: base.dataset })
    expect(await service.call('labellings.send', { labelling, prompt: 'a' })).toMatchObject({ added: 1, changed: 0 })
    const after = await service.call('data.show', { dataset: base.dataset })
    expect(after.rows).toBe(before.rows + 1)
    await expect(service.call('labellings.send', { labelling, prompt: 'a' })).rejects.toThrow(/corrected/)
    const query = { search: 'other of message 3', filters: [], states: ['used' as const] }
    const { view } = await service.call('data.view', { dataset: base.dataset, query })
    expect((await service.call('data.page', { view, from: 0, count: 1 }))[0]?.cells).toEqual([
      'other of message 3',
      'delivery',
    ])
  })

  it('change their row of the data set where they were sent before, which is undone as any edit', async () => {
    const { service, file, label, base } = await start()
    const { id: labelling } = await label(file('more.csv', 'text\nother one\nother two\nother three\n'))
    const { dataset } = base
    const correct = (row: number, answer: string) =>
      service.call('labellings.correct', { labelling, prompt: 'a', rows: [row], answer })
    const send = () => service.call('labellings.send', { labelling, prompt: 'a' })
    const found = async () => {
      const query = { search: 'other ', filters: [], states: ['used' as const, 'trash' as const] }
      const { view } = await service.call('data.view', { dataset, query })
      const page = await service.call('data.page', { view, from: 0, count: 10 })
      return page.map(({ cells }) => cells.join(': '))
    }
    await correct(2, 'praise')
    expect(await send()).toMatchObject({ added: 1, changed: 0 })
    await correct(2, '')
    await correct(2, 'delivery')
    await correct(4, 'praise')
    expect(await send()).toMatchObject({ added: 1, changed: 1 })
    expect(await found()).toEqual(['other one: delivery', 'other three: praise'])
    const { versions } = await service.call('data.show', { dataset })
    expect(versions.at(-1)?.description).toBe('1 row added, 1 changed (corrected in more.csv)')
    await service.call('data.undo', { dataset })
    expect(await found()).toEqual(['other one: praise'])
    // What was undone comes in as a new row; a row with the same answer is left alone.
    await correct(4, 'billing')
    expect(await send()).toMatchObject({ added: 1, changed: 0 })
    const { version } = await service.call('data.show', { dataset })
    await correct(4, 'billing')
    expect(await send()).toMatchObject({ added: 0, changed: 0 })
    expect((await service.call('data.show', { dataset })).version).toBe(version)
    await expect(send()).rejects.toThrow(/corrected/)
    expect(await found()).toEqual(['other one: praise', 'other three: billing'])
  })

  it('keep what else was edited in their row of the data set', async () => {
    const { service, file, label, base } = await start()
    const { id: labelling } = await label(file('more.csv', 'text\nother one\n'))
    const { dataset } = base
    const correct = (answer: string) =>
      service.call('labellings.correct', { labelling, prompt: 'a', rows: [2], answer })
    const send = () => service.call('labellings.send', { labelling, prompt: 'a' })
    await correct('praise')
    await send()
    const query = { search: 'other one', filters: [], states: ['used' as const] }
    const { view } = await service.call('data.view', { dataset, query })
    const [sent] = await service.call('data.page', { view, from: 0, count: 1 })
    const target = { by: 'rows' as const, rows: [sent?.row ?? 0] }
    await service.call('data.change', { dataset, target, change: { kind: 'cell', column: 'text', value: 'clearer' } })
    await correct('billing')
    expect(await send()).toMatchObject({ added: 0, changed: 1 })
    expect((await service.call('data.page', { view, from: 0, count: 1 }))[0]?.cells).toEqual(['clearer', 'billing'])
  })

  it('go into a new data set, all of them, where the one that they were sent into is gone', async () => {
    const { service, file } = await start()
    const path = file('few.csv', 'text\none\ntwo\n')
    const { id: labelling } = await service.call('labellings.open', { path, prompts: [] })
    await service.call('labellings.start', { labelling, labels: ['x', 'y'] })
    await service.call('labellings.watch', { labelling })
    const prompt = 'by hand'
    await service.call('labellings.correct', { labelling, prompt, rows: [2, 3], answer: 'x' })
    const { dataset } = await service.call('labellings.send', { labelling, prompt })
    await service.call('trash.delete', { datasets: [dataset] })
    const again = await service.call('labellings.send', { labelling, prompt })
    expect(again).toMatchObject({ added: 2, changed: 0 })
    expect((await service.call('data.show', { dataset: again.dataset })).rows).toBe(2)
  })

  it('are saved into a copy of the workbook', async () => {
    const { service, file, label, saved } = await start()
    const cells = lines(3).map(([text], i) => [text, { number: 45_000 + i, code: 'yyyy-mm-dd' }])
    const done = await label(file('book.xlsx', writeXlsx([{ name: 'S', rows: [['text', 'when'], ...cells] }])))
    const bytes = await saved(done, 'xlsx')
    const again = await service.call('labellings.open', { path: file('again.xlsx', bytes), prompts: ['a'] })
    expect(again.columns).toEqual(['text', 'when', 'answer', 'confidence'])
    expect(again.first[0]).toEqual(['billing of message 0', '2023-03-15', 'billing', '0.9'])
    const plain = await saved(done, 'xlsx', 0.95)
    const partial = await service.call('labellings.open', { path: file('plain.xlsx', plain), prompts: ['a'] })
    expect(partial).toMatchObject({ rows: 3, columns: ['text', 'when', 'answer', 'confidence'] })
  })

  it.each(['csv', 'jsonl', 'xlsx'] as const)(
    'are saved as %s with their progress, and not at all where that is cancelled',
    async (to) => {
      const { service, file, label, folder } = await start()
      const cells = lines(600).map(([text]) => [text])
      const done = await label(file('book.xlsx', writeXlsx([{ name: 'S', rows: [['text'], ...cells] }])))
      const path = join(folder, `out.${to}`)
      const save = async (signal: AbortSignal, onDone: (event: StudioEvent) => void) => {
        const onEvent = (event: StudioEvent): void => {
          if (event.event === 'progress' && event.stage === 'writing the table') onDone(event)
        }
        return service.call('labellings.save', { labelling: done.id, to, path }, { signal, onEvent })
      }
      const seen: StudioEvent[] = []
      expect(await save(new AbortController().signal, (event) => seen.push(event))).toEqual({ rows: 600 })
      expect(seen.length).toBeGreaterThan(0)
      const before = readFileSync(path)
      const abort = new AbortController()
      abort.abort()
      await expect(save(abort.signal, () => undefined)).rejects.toMatchObject({ code: 'run/cancelled' })
      expect(readFileSync(path)).toEqual(before)
      expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
    },
  )

  it('go with their labelling, and the copy of the file with them', async () => {
    const { service, file, label, folder } = await start()
    const path = file('more.csv', 'text\nbilling\n')
    const { id: labelling } = await label(path)
    const copy = join(folder, 'home', 'labellings', String(labelling))
    expect(existsSync(copy)).toBe(true)
    await expect(
      service.call('labellings.save', { labelling, to: 'csv', path: join(copy, 'more.csv') }),
    ).rejects.toThrow(/Choose another name/)
    await service.call('labellings.remove', { labelling })
    expect(existsSync(copy)).toBe(false)
    expect(await service.call('labellings.list', {})).toEqual([])
    const again = await service.call('labellings.open', { path, prompts: ['a'] })
    expect(again.state).toBe('ready')
    // A backup has no copies of files: opened again, the file is there again.
    rmSync(join(folder, 'home', 'labellings'), { recursive: true })
    await service.call('labellings.start', { labelling: again.id })
    const lost = await service.call('labellings.watch', { labelling: again.id })
    expect(lost).toMatchObject({ state: 'failed', error: expect.stringContaining('Open the file again') as string })
    expect((await service.call('labellings.open', { path, prompts: ['a'] })).id).toBe(again.id)
    await service.call('labellings.start', { labelling: again.id })
    expect((await service.call('labellings.watch', { labelling: again.id })).state).toBe('finished')
  })
})
