// Several runs from the command line: over some settings, and with several seeds.
import { describe, expect, it } from 'vitest'
import { cli, home, jsonLines, settings } from '../../support/run-cli.ts'

describe('softprompt', () => {
  it('sweeps over some settings, reports which mattered, and shows the report again', { timeout: 60_000 }, async () => {
    const { model, data, at } = home()
    await cli(['models', 'add', model, '--name', 'tiny', ...at])
    const table = [
      data,
      '--text',
      'text',
      '--label',
      'label',
      '--eval',
      '11',
      '--steps',
      '20',
      '--init',
      'random',
      ...at,
    ]
    const swept = await cli(['sweep', ...table, '--vary', 'tokens=1,2', '--vary', 'lr=0.1,0.2', '--no-halving'])
    expect(swept).toMatchObject({ code: 0, err: '' })
    expect(swept.out).toContain('4 combinations in 4 runs, about 80 steps in all.')
    expect(swept.out).toContain('Sweep "sweep-1": finished. Cannot tell which is best:')
    expect(swept.out).toMatch(/^\s+tokens {2}learningRate {2}outcome +validation +test set +rank +runs$/m)
    expect(swept.out).toMatch(/^\d +[12] +0\.[12] +finished .*%.* {2}1 to 4 {2}sweep-1\.\d$/m)
    expect(swept.out).toContain('What mattered, on 11 test rows:\n  Virtual tokens: cannot tell.')
    expect((await cli(['sweeps', ...at])).out).toMatch(
      /^1 {2}sweep-1 {2}finished {2}4 combinations, 1 seeds {2}80 of 80 steps\n$/,
    )
    const [shown] = jsonLines((await cli(['sweeps', 'sweep-1', '--json', ...at])).out)
    expect(shown).toMatchObject({ event: 'result', factorsOn: 'test' })
    expect(await cli(['sweeps', 'sweep-1', '--resume', ...at])).toMatchObject({
      code: 1,
      err: '"sweep-1" is finished: there is nothing to resume.\n',
    })
    for (const [vary, err] of [
      ['colour=red', /Expected one of model, method, placement, tokens/],
      ['tokens=8,many', /has a value that is no number/],
    ] as const)
      expect(await cli(['sweep', ...table, '--vary', vary])).toMatchObject({
        code: 1,
        err: expect.stringMatching(err) as string,
      })
    expect((await cli(['sweeps', 'sweep-1', '--discard', ...at])).out).toBe(
      'Sweep "sweep-1" and its runs are removed.\n',
    )
    expect((await cli(['runs', ...at])).out).toContain('There is no run yet.')
  })

  it('repeats a run with several seeds; ctrl-C pauses it, and it goes on', { timeout: 60_000 }, async () => {
    const { model, data, at } = home()
    await cli(['models', 'add', model, '--name', 'tiny', ...at])
    const table = [data, '--text', 'text', '--label', 'label', ...settings, '--eval', '11', ...at]
    const paused = await cli(['tune', ...table, '--seeds', '2', '--name', 'twice'], /twice seed 4/)
    expect(paused.code).toBe(130)
    expect(paused.out).toContain('Resume with: softprompt sweeps twice --resume')
    const ended = await cli(['sweeps', 'twice', '--resume', ...at])
    expect(ended).toMatchObject({ code: 0, err: '' })
    expect(ended.out).toMatch(/Sweep "twice": finished\. 90\.9 % \(95 % interval \d+ to \d+\), 2 seeds, 11 test rows\./)
    expect(ended.out).toContain('The 2 together: 90.9 %')
  })
})
