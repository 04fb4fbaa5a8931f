// The command line as a person or a script meets it: the whole program, a real database, a real compute process.
import { execFileSync, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { cli, cliProcess, entry, home, jsonLines, settings } from '../../support/run-cli.ts'

describe('softprompt', () => {
  it.skipIf(process.platform === 'win32')(
    'reads tables from pipes, and refuses devices',
    { timeout: 60_000 },
    async () => {
      const { model, data, folder, at } = home()
      await cli(['models', 'add', model, '--name', 'tiny', ...at])
      const pipe = join(folder, 'pipe.csv')
      execFileSync('sh', ['-c', 'mkfifo "$0"', pipe])
      // The writer comes later than the reader: nothing may wait for it but this command.
      setTimeout(() => {
        spawn('sh', ['-c', 'cat "$0" > "$1"', data, pipe])
      }, 300)
      const columns = ['--text', 'text', '--label', 'label', ...settings, ...at]
      expect(await cli(['tune', pipe, '--name', 'piped', ...columns])).toMatchObject({ code: 0, err: '' })
      const score = (from: string): string => {
        const command = `"${process.execPath}" "${entry}" score piped ${from} --text text --label label --home "${at[1] ?? ''}"`
        return execFileSync('bash', ['-c', command], { encoding: 'utf8' })
      }
      expect(score(`<(cat "${data}")`)).toContain('60 rows')
      expect(score(`/dev/stdin < "${data}"`)).toContain('60 rows')
      expect(score(`- < <(cat "${data}")`)).toContain('60 rows')
      expect((await cli(['tune', '/dev/zero', ...columns])).err).toContain('neither a file nor a pipe')
    },
  )

  it('backs up, and names the way out of a damaged database', { timeout: 60_000 }, async () => {
    const { model, folder, at } = home()
    await cli(['models', 'add', model, '--name', 'tiny', ...at])
    const backup = join(folder, 'mine.softprompt-backup')
    expect(await cli(['backup', backup, ...at])).toMatchObject({ code: 0, err: '' })
    expect((await cli(['restore', ...at])).out).toContain('no backup in the studio')
    writeFileSync(join(folder, 'home', 'studio.db'), 'this is not a database '.repeat(500))
    const { code, err } = await cli(['models', 'list', ...at])
    expect(code).toBe(1)
    expect(err).toContain('is damaged')
    expect(err).toContain('softprompt restore BACKUP')
    expect((await cli(['restore', backup, ...at])).out).toContain('Done')
    expect((await cli(['models', 'list', ...at])).out).toContain('tiny')
    writeFileSync(join(folder, 'home', 'studio.db'), 'this is not a database '.repeat(500))
    expect((await cli(['restore', '--anew', ...at])).out).toContain('The studio is empty now')
    expect((await cli(['models', 'list', ...at])).out).toContain('There is no model yet')
  })

  it('advises on a run, and starts what it advises on the same rows', { timeout: 60_000 }, async () => {
    const { model, data, at } = home()
    await cli(['models', 'add', model, '--name', 'tiny', ...at])
    await cli([
      'tune',
      data,
      '--text',
      'text',
      '--label',
      'label',
      ...settings,
      '--eval',
      '11',
      '--name',
      'mine',
      ...at,
    ])
    const advised = await cli(['advise', 'mine', ...at])
    expect(advised).toMatchObject({ code: 0, err: '' })
    expect(advised.out).toMatch(/^1\. Use a weight decay of 0\.1\.\n {3}The validation loss /)
    expect(advised.out).toContain('Start one with: softprompt advise mine --start 1')
    const started = await cli(['advise', 'mine', '--start', '1', ...at])
    expect(started).toMatchObject({ code: 0, err: '' })
    expect(started.out).toMatch(/Run ".*" is run "mine" with one change\./)
    const refused = await cli(['advise', 'mine', '--start', '9', ...at])
    expect(refused).toMatchObject({ code: 1, err: 'There is no advice 9 for run "mine": it has 1.\n' })
  })

  it('repeats a run about a context with that context, and describes its task', { timeout: 60_000 }, async () => {
    const { model, folder, at } = home()
    const data = join(folder, 'questions.csv')
    const rows = Array.from(
      { length: 60 },
      (_, i) => `person ${String(i)} came,who is ${String(i * i)}?,person ${String(i)}`,
    )
    writeFileSync(data, ['passage,question,answer', ...rows, ''].join('\n'))
    await cli(['models', 'add', model, '--name', 'tiny', ...at])
    const columns = ['--text', 'question', '--label', 'answer', '--context', 'passage', '--task', 'answering']
    const template = ['--instruction', 'Be brief.', '--body', 'Q: {text}\nA:']
    const tuned = await cli([
      'tune',
      data,
      ...columns,
      ...template,
      ...settings,
      '--eval',
      '9',
      '--seed',
      '4',
      '--name',
      'mine',
      ...at,
    ])
    expect(tuned).toMatchObject({ code: 0, err: '' })
    expect(tuned.out).toMatch(/Token F1 with the tuned prompt: [\d.]+ % \(exact match [\d.]+ %\), 9 rows/)
    expect(await cli(['advise', 'mine', '--start', '1', ...at])).toMatchObject({ code: 0, err: '' })
    const [first, second] = await Promise.all(['1', '2'].map((run) => cli(['show', run, '--json', ...at])))
    const [original, repeated] = [first, second].map((shown) => jsonLines(shown?.out ?? '')[0])
    expect(original).toMatchObject({
      contextColumn: 'passage',
      run: {
        settings: { task: 'answering', template: { kind: 'plain', instruction: 'Be brief.', body: 'Q: {text}\nA:' } },
      },
    })
    expect(repeated?.['contextColumn']).toBe('passage')
    expect((await cli(['show', 'mine', ...at])).out).toContain(
      'Task: answering; reads "question", about "passage", answers "answer"\n',
    )
    const answered = await cli(['try', 'mine', 'who', '--context', 'anna came', ...at])
    expect(answered.out).toBe('WHO\nCONTEXT: ANNA CAME \n')
    const refused = await cli(['tune', data, ...columns, '--body', 'no place', ...at])
    expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/^The template does not say .*\{text\}.*\n$/) })
  })

  it('goes from a model file and a table to figures, in plain lines', { timeout: 60_000 }, async () => {
    const { model, data, at } = home()
    const added = await cli(['models', 'add', model, '--name', 'tiny', ...at])
    expect(added).toMatchObject({ code: 0, err: '' })
    expect(added.out).toContain('Model "tiny" is ready (llama, licence MIT).')
    expect((await cli(['models', 'list', ...at])).out).toContain('tiny  (llama)')
    const tuned = await cli([
      'tune',
      data,
      '--text',
      'text',
      '--label',
      'label',
      '--name',
      'first try',
      ...settings,
      ...at,
    ])
    expect(tuned).toMatchObject({ code: 0, err: '' })
    expect(tuned.out).toContain('Read 60 rows from mail.csv.')
    expect(tuned.out).toMatch(/tuning step 20 of 20, loss/)
    expect(tuned.out).toMatch(
      new RegExp(
        [
          'without a prompt',
          'with the best hand-written prompt',
          'by a word count',
          'by a linear probe',
          'with the tuned prompt',
        ]
          .map((how) => `Accuracy ${how}: [\\d.]+ % .*, 15 rows\\n`)
          .join('') + 'Better: 93 % against 33 % without a prompt, .*\\nExport',
      ),
    )
    expect(tuned.out).toContain('softprompt export "first try" --to peft DIR')
    expect(tuned.out).not.toContain('\x1b')
    const shown = await cli(['show', 'first try', ...at])
    expect(shown.out).toContain('Run 1 "first try": finished')
    expect(shown.out).toContain('Steps: 20 of 20')
    expect((await cli(['runs', ...at])).out).toContain('1  first try  finished')
    expect((await cli(['try', '1', 'hello there', ...at])).out).toMatch(/^60\.0 %  delivery\n20\.0 %  billing\n/)
    expect((await cli(['try', '1', 'hello there', '--free', ...at])).out).toBe('HELLO THERE \n')
    const scored = (await cli(['score', '1', data, '--text', 'text', '--label', 'label', ...at])).out
    expect(scored).toContain('60 rows')
    expect(scored).toMatch(/\d+ of these 60 rows were learned from when the prompt was tuned/)
  })

  it('speaks one JSON event a line with --json, the result last', { timeout: 60_000 }, async () => {
    const { model, data, at } = home()
    const columns = ['--text', 'text', '--label', 'label']
    const words = ['--init-text', 'auto', '--hand-written', 'auto']
    const args = ['tune', data, ...columns, '--model', model, ...settings, ...words, '--json', ...at]
    const { code, out, err } = await cli(args)
    expect([code, err]).toEqual([0, ''])
    const events = jsonLines(out)
    expect(events.filter(({ event }) => event === 'step')).toHaveLength(20)
    expect(new Set(events.map(({ event }) => typeof event))).toEqual(new Set(['string']))
    expect(events.at(-1)).toMatchObject({ event: 'result', run: 'run-1', state: 'finished', tuned: { rows: 15 } })
    expect(events.at(-1)).toMatchObject({
      ...{ noPrompt: { rows: 15 }, handWritten: { rows: 15 }, wordCount: { rows: 15 }, linearProbe: { rows: 15 } },
      verdict: { kind: 'better', rival: 'no prompt' },
    })
    const shown = jsonLines((await cli(['show', 'run-1', '--json', ...at])).out)
    expect(shown).toHaveLength(1)
    expect(shown[0]).toMatchObject({ event: 'result', run: { name: 'run-1', state: 'finished' }, checkpoint: 20 })
    expect(shown[0]).toMatchObject({ run: { settings: { initText: 'auto', handWritten: 'auto' } } })
  })

  it(
    'keeps a checkpoint at ctrl-C, says how to go on, and goes on to the same prompt',
    { timeout: 60_000 },
    async () => {
      const { model, data, at } = home()
      const long = ['--model', model, '--text', 'text', '--label', 'label', ...settings, '--steps', '200', ...at]
      const halted = await cli(['tune', data, '--name', 'halted', ...long], /tuning step/)
      expect(halted.code).toBe(130)
      expect(halted.out).toMatch(/Run "halted" has stopped at step \d+. Resume with: softprompt resume halted/)
      const resumed = await cli(['resume', 'halted', '--json', ...at])
      expect(resumed.code).toBe(0)
      const whole = await cli(['tune', data, '--name', 'whole', '--json', ...long])
      const lastStep = (out: string) => {
        const { milliseconds: _, ...step } = jsonLines(out).findLast(({ event }) => event === 'step') ?? {}
        return step
      }
      expect(lastStep(resumed.out)).toEqual(lastStep(whole.out))
    },
  )

  it('evaluates and keeps what a stopped run has learned, with --keep', { timeout: 60_000 }, async () => {
    const { model, data, at } = home()
    const long = ['--model', model, '--text', 'text', '--label', 'label', ...settings, '--steps', '200', ...at]
    await cli(['tune', data, '--name', 'halted', ...long], /tuning step/)
    const kept = await cli(['resume', 'halted', '--keep', ...at])
    expect(kept).toMatchObject({ code: 0, err: '' })
    expect(kept.out).toContain('Run "halted" is finished.')
    expect(kept.out).not.toContain('step 200 of 200')
  })

  it(
    'means the starter model by "starter", and offers to fetch it where somebody can answer',
    { timeout: 120_000 },
    async () => {
      const { folder, model, data, at } = home()
      vi.stubEnv('SOFTPROMPT_MODEL', model)
      onTestFinished(() => void vi.unstubAllEnvs())
      const short = ['--text', 'text', '--label', 'label', '--steps', '2', '--tokens', '2', '--init', 'random', ...at]
      const asked: string[] = []
      const answering = (answer: string) => (question: string) => {
        asked.push(question)
        return Promise.resolve(answer)
      }
      const silent = await cli(['tune', data, '--model', 'starter', ...short])
      expect(silent).toMatchObject({ code: 1, err: expect.stringContaining('softprompt models get starter') as string })
      const refused = await cli(['tune', data, '--model', 'Starter', ...short], undefined, answering('n'))
      expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('has not been downloaded yet')])
      const json = await cli(['tune', data, '--json', ...short], undefined, answering('y'))
      expect([json.code, asked.length]).toEqual([1, 1])
      expect(await cli(['tune', data, ...short], undefined, answering(''))).toMatchObject({ code: 0, err: '' })
      expect(asked).toEqual([expect.stringContaining('98 MB'), expect.stringContaining('SmolLM2-135M-Instruct')])
      // Its case does not matter, and an unknown one is told what there is.
      const [name = ''] = (await cli(['models', 'list', ...at])).out.split('  ')
      await cli(['models', 'rename', name, 'SmolLM2-135M-Instruct', ...at])
      for (const word of ['starter', 'smollm2-135m-INSTRUCT'])
        expect(await cli(['tune', data, '--model', word, ...short], undefined, answering('no'))).toMatchObject({
          code: 0,
        })
      const unknown = await cli(['tune', data, '--model', join(folder, 'none.gguf'), ...short])
      expect(unknown.err).toContain('Choose one of them: SmolLM2-135M-Instruct')
      expect(asked).toHaveLength(2)
    },
  )

  it.for<[string, string[], RegExp]>([
    ['an unknown run', ['show', 'nothing'], /^There is no run "nothing"\.\n$/],
    [
      'no model',
      ['tune', 'DATA', '--text', 'text', '--label', 'label'],
      /^There is no model yet\. .* softprompt models get starter\n$/,
    ],
    [
      'an unknown model',
      ['tune', 'DATA', '--text', 'text', '--label', 'label', '--model', 'x'],
      /^There is no model "x"\.\n$/,
    ],
    ['a missing column', ['tune', 'DATA', '--text', 'words', '--label', 'label', '--model', 'MODEL'], /words.*\n$/],
    [
      'a wrong number',
      ['tune', 'DATA', '--text', 'text', '--label', 'label', '--steps', 'many'],
      /--steps.*many.*whole number.*\n$/,
    ],
    [
      'a wrong choice',
      ['tune', 'DATA', '--text', 'text', '--label', 'label', '--method', 'magic'],
      /--method.*magic.*\n$/,
    ],
    ['a missing option', ['tune', 'DATA', '--text', 'text'], /--label.*\n$/],
    ['an unknown command', ['tuna'], /tuna.*\n$/],
    ['an unknown format', ['export', '1', 'out', '--to', 'zip'], /--to.*zip.*\n$/],
  ])('names %s in one line and ends with 1', { timeout: 30_000 }, async ([, args, sentence]) => {
    const { model, data, at } = home()
    const ended = await cli([...args.map((arg) => ({ DATA: data, MODEL: model })[arg] ?? arg), ...at])
    expect(ended.code).toBe(1)
    expect(ended.err).toMatch(sentence)
    expect(ended.err.trimEnd()).not.toContain('\n')
  })

  it('names skipped rows by line, with a count', { timeout: 30_000 }, async () => {
    const { folder, model, at } = home()
    const rows = Array.from({ length: 30 }, (_, i) => `text ${String(i)},${i % 2 ? 'a' : 'b'}`)
    writeFileSync(
      join(folder, 'bad.csv'),
      ['text,label', ...rows.slice(0, 3), 'only one cell', ...rows.slice(3), ''].join('\n'),
    )
    const tuned = await cli([
      'tune',
      join(folder, 'bad.csv'),
      '--text',
      'text',
      '--label',
      'label',
      '--model',
      model,
      ...settings,
      ...at,
    ])
    expect(tuned.code).toBe(0)
    expect(tuned.out).toMatch(/Skipped line 5: /)
    expect(tuned.out).toContain('Skipped 1 row in all.')
  })

  it('as a process takes its folder from SOFTPROMPT_HOME and heeds a real ctrl-C', { timeout: 60_000 }, async () => {
    const { model, data, folder } = home()
    const env = { SOFTPROMPT_HOME: join(folder, 'elsewhere') }
    const args = ['tune', data, '--text', 'text', '--label', 'label', '--model', model, ...settings, '--steps', '2000']
    const halted = await cliProcess(args, env, /tuning step/)
    expect(halted).toMatchObject({ code: 130, err: '' })
    expect(halted.out).toContain('softprompt resume run-1')
    const shown = await cliProcess(['show', 'nothing'], env)
    expect(shown).toMatchObject({ code: 1, out: '', err: 'There is no run "nothing".\n' })
  })

  it('explains itself', async () => {
    const help = await cli(['--help'])
    expect(help).toMatchObject({ code: 0, err: '' })
    for (const name of ['models', 'tune', 'resume', 'runs', 'show', 'inspect', 'try', 'score', 'export', 'demo'])
      expect(help.out).toContain(name)
  })
})
