// Several prompts as one from the command line: show, score, try and label with --prompt A,B,C --as committee.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { cli, home, jsonLines, settings } from '../../support/run-cli.ts'

it('prompts answer together: what they are worth, on other rows, and for a text', { timeout: 120_000 }, async () => {
  const { model, data, at, folder } = home()
  await cli(['models', 'add', model, '--name', 'tiny', ...at])
  const columns = ['--text', 'text', '--label', 'label']
  const table = [data, ...columns, ...settings.filter((_, i) => i < 4 || i > 5), ...at]
  for (const [i, name] of ['a', 'b', 'c'].entries())
    await cli(['tune', ...table, '--init', 'text', '--init-text', `wrong at ${String(i)}`, '--name', name])

  const all = ['--prompt', 'a,b, c', '--as', 'committee', ...at]
  const shown = await cli(['show', ...all])
  expect(shown).toMatchObject({ code: 0, err: '' })
  expect(shown.out).toMatch(
    /^accuracy on 15 rows:\n {2}93\.3 % {3}a\n(.*\n)*? {2}100\.0 % {2}together\nThe 3 together: /,
  )
  const [json] = jsonLines((await cli(['show', ...all, '--json'])).out)
  expect(json).toMatchObject({ event: 'result', rows: 15, metrics: { accuracy: 1 }, members: [{ name: 'a' }, {}, {}] })

  const scored = await cli(['score', data, ...columns, ...all])
  expect(scored).toMatchObject({ code: 0, err: '' })
  expect(scored.out).toMatch(/of these 60 rows were learned from/)
  expect(scored.out).toContain('accuracy on 60 rows:')

  const tried = await cli(['try', 'hello there', ...all])
  expect(tried.out).toMatch(/^\d+\.\d % {2}\w+\n(.*\n)+2 of 3 give this answer alone:\n {2}60\.0 % {2}\w+ +a\n/)
  const [answer] = jsonLines((await cli(['try', 'hello there', ...all, '--json'])).out)
  expect(answer).toMatchObject({ event: 'result', prompts: ['a', 'b', 'c'], agreeing: 2 })

  const [path, labelled] = ['more.csv', 'labelled.csv'].map((name) => join(folder, name))
  writeFileSync(path ?? '', 'text\npraise it\nhello\nwhat?\npraise be\n')
  const answered = await cli(['label', path ?? '', '--out', labelled ?? '', ...all])
  expect(answered).toMatchObject({ code: 0 })
  expect(answered.out).toContain('a, b and c answer as one, and disagree on 3 rows.')
  expect(readFileSync(labelled ?? '', 'utf8')).toMatch(
    /^text,answer,confidence,disagreement\r\npraise it,praise,0\.6167,0\.3333\r\n(.*\r\n){2}praise be,praise,0\.9,0\r\n$/,
  )

  // A prompt may be named in either way, and one alone needs no word more.
  const [one, named] = [await cli(['try', 'a', 'hi', ...at]), await cli(['try', 'hi', '--prompt', 'a', ...at])]
  expect(named).toEqual(one)
  for (const [args, sentence] of [
    [['show', '--prompt', 'a,b'], 'Several prompts answer together: add --as committee.'],
    [['show'], "missing required argument 'run'"],
    [['try', 'a'], "missing required argument 'text'"],
    [['score', ...columns, '--prompt', 'a'], "missing required argument 'data'"],
    [['show', 'a', 'b'], 'too many arguments'],
    [['show', '--prompt', ',', '--as', 'committee'], 'Say which prompts answer'],
    [['show', '--prompt', 'a,nobody', '--as', 'committee'], 'There is no run "nobody".'],
  ] as const)
    expect(await cli([...args, ...at])).toMatchObject({ code: 1, err: expect.stringContaining(sentence) as string })
})
