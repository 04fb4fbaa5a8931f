// Methods compared from the command line: the table, its CSV file, and what is refused.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cli, home, jsonLines } from '../../support/run-cli.ts'

describe('softprompt methods', () => {
  it('compares the named ones, ends in the table, and shows it again', { timeout: 60_000 }, async () => {
    const { model, data, folder, at } = home()
    await cli(['models', 'add', model, '--name', 'tiny', ...at])
    const csv = join(folder, 'table.csv')
    const table = [data, '--text', 'text', '--label', 'label', '--eval', '11', ...at]
    const found = await cli(['methods', ...table, '--methods', 'prefix-tuning,tail-ia3', '--csv', csv])
    expect(found).toMatchObject({ code: 0, err: '' })
    expect(found.out).toMatch(/^2 methods in 2 runs, about \d+ steps in all\.$/m)
    expect(found.out).toMatch(
      /^Comparison "sweep-1": finished\. Prefix tuning and tail IA3 do equally well, .*; take tail IA3/m,
    )
    expect(found.out).toMatch(/^ +test set +rank +trained numbers +prompt file +time to tune +memory +one answer/m)
    expect(found.out).toMatch(/^Prefix tuning +90\.9 % \(.*\) +1 to 2 .* PEFT, another studio$/m)
    expect(found.out).toMatch(/^Model alone +\d+\.\d % \(.*\) +3 to 6$/m)
    expect(found.out).toContain('Try it with: softprompt try sweep-1.2 "a text"')
    expect(readFileSync(csv, 'utf8')).toMatch(/^tail-ia3,method,finished,0\.9/m)
    const again = await cli(['sweeps', 'sweep-1', ...at])
    expect(found.out.endsWith(again.out)).toBe(true)
    const [shown] = jsonLines((await cli(['sweeps', 'sweep-1', '--json', ...at])).out)
    expect(shown).toMatchObject({ event: 'result', take: 'tail-ia3', sweep: { name: 'sweep-1' } })
  })

  it('takes soft prompts and tail adapters where none are named; Ctrl-C pauses', { timeout: 60_000 }, async () => {
    const { model, data, at } = home()
    await cli(['models', 'add', model, '--name', 'tiny', ...at])
    const table = [data, '--text', 'text', '--label', 'label', ...at]
    const paused = await cli(['methods', ...table, '--halving', '--name', 'all'], /The run has started/)
    expect(paused.code).toBe(130)
    expect(paused.out).toMatch(/^8 methods in 8 runs; 4, then 2 of them go on, about \d+ steps in all\.$/m)
    expect(paused.out).toContain('Resume with: softprompt sweeps all --resume')
  })

  it.each([
    ['tail-ia3', /Name two methods or more; softprompt tune takes one alone\./],
    ['tail-ia3,dora', /There is no "dora"; there are: prefix-tuning, /],
  ])('refuses --methods %s', async (methods, err) => {
    const { data, at } = home()
    const refused = await cli(['methods', data, '--text', 'text', '--label', 'label', '--methods', methods, ...at])
    expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(err) as string })
  })

  it('writes no CSV file of a sweep over something else', { timeout: 60_000 }, async () => {
    const { model, data, folder, at } = home()
    await cli(['models', 'add', model, '--name', 'tiny', ...at])
    const table = [data, '--text', 'text', '--label', 'label', '--steps', '5', ...at]
    await cli(['sweep', ...table, '--vary', 'tokens=1,2', '--no-halving'])
    expect(await cli(['sweeps', 'sweep-1', '--csv', join(folder, 'x.csv'), ...at])).toMatchObject({
      code: 1,
      err: '"sweep-1" does not compare methods: something else differs between its runs. Look at it as a sweep.\n',
    })
  })
})
