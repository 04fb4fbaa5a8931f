// softprompt label: a table comes back with answers, after Ctrl-C as well.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cli, home, jsonLines, settings } from '../../support/run-cli.ts'

async function tuned() {
  const place = home()
  const tune = ['tune', place.data, '--text', 'text', '--label', 'label', ...settings, ...place.at]
  expect((await cli(['models', 'add', place.model, ...place.at])).code).toBe(0)
  for (const name of ['a', 'b']) expect((await cli([...tune, '--name', name])).code).toBe(0)
  const write = (name: string, text: string): string => {
    writeFileSync(join(place.folder, name), text)
    return join(place.folder, name)
  }
  return { ...place, write }
}

describe('softprompt label', () => {
  it('writes the table beside the data, or where and as what it is asked to, and counts the answers', async () => {
    const { at, write, folder } = await tuned()
    const data = write('more.csv', 'body,n\npraise it,1\nwhat is this,2\n')
    const { code, out } = await cli(['label', data, '--text', 'body', '--prompt', 'a', ...at])
    expect(out).toContain('Read 2 rows from more.csv.')
    expect(out).toContain(`Wrote 2 rows with answers to ${join(folder, 'more labelled.csv')}.`)
    expect(code).toBe(0)
    expect(readFileSync(join(folder, 'more labelled.csv'), 'utf8')).toBe(
      'body,n,answer,confidence\r\npraise it,1,praise,0.9\r\nwhat is this,2,billing,0.4\r\n',
    )
    const result = join(folder, 'both.jsonl')
    const both = await cli(['label', data, '--text', 'body', '--prompt', 'a,b', '--out', result, '--json', ...at])
    expect(jsonLines(both.out).at(-1)).toMatchObject({
      ...{ event: 'result', out: result, rows: 2 },
      answers: [
        {
          prompt: 'a',
          counts: [
            { label: 'billing', rows: 1 },
            { label: 'praise', rows: 1 },
          ],
        },
        { prompt: 'b' },
      ],
    })
    expect(readFileSync(result, 'utf8').split('\n')[0]).toBe(
      '{"body":"praise it","n":"1","a: answer":"praise","a: confidence":0.9,"b: answer":"praise","b: confidence":0.9}',
    )
    const unsure = join(folder, 'unsure.csv')
    expect((await cli(['label', data, '--prompt', 'a', '--below', '0.5', '--out', unsure, ...at])).code).toBe(0)
    expect(readFileSync(unsure, 'utf8')).toContain('what is this,2,billing,0.4')
    expect(readFileSync(unsure, 'utf8')).not.toContain('praise it')
  })

  it('keeps its answers at Ctrl-C, and goes on with the same command', async () => {
    const { at, write, folder } = await tuned()
    const rows = Array.from({ length: 1500 }, (_, i) => `billing ${String(i)}`)
    const data = write('many.csv', ['text', ...rows, ''].join('\n'))
    const args = ['label', data, '--prompt', 'a', '--json', ...at]
    const stopped = await cli(args, /"done":128/)
    expect(stopped.code).toBe(130)
    const { done } = jsonLines(stopped.out).at(-1) as { readonly done: number }
    expect(done).toBeGreaterThanOrEqual(128)
    expect(done).toBeLessThan(1500)
    const ended = await cli(args)
    expect(ended.code).toBe(0)
    expect(jsonLines(ended.out).find(({ stage }) => stage === 'labelling')?.['done']).toBe(done)
    expect(readFileSync(join(folder, 'many labelled.csv'), 'utf8').trim().split('\r\n')).toHaveLength(1501)
  })

  it('refuses a prompt or a column that is not there, and a result of an unknown kind, in one line', async () => {
    const { at, write } = await tuned()
    const data = write('more.csv', 'body\npraise it\n')
    expect((await cli(['label', data, '--prompt', 'z', ...at])).err).toMatch(/^.*z.*\n$/)
    expect((await cli(['label', data, '--prompt', 'a', '--text', 'nowhere', ...at])).err).toMatch(/^.*nowhere.*\n$/)
    expect((await cli(['label', data, '--prompt', 'a', '--out', 'x.doc', ...at])).err).toMatch(/\.xlsx, \.csv, \.jsonl/)
    expect((await cli(['label', data, ...at])).err).toMatch(/--prompt/)
  })
})
