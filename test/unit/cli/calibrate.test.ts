// How sure a prompt may be, from the command line: calibrate measures and sets a threshold, label and try abide by it.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { cli, home, jsonLines, settings } from '../../support/run-cli.ts'
import { temporaryFolder } from '../../support/temporary.ts'

it('a prompt is calibrated, answers alone from a threshold on, and says what it leaves to a person', async () => {
  const { model, data, at } = home()
  await cli(['models', 'add', model, '--name', 'tiny', ...at])
  await cli(['tune', data, '--text', 'text', '--label', 'label', ...settings, '--name', 'mail', ...at])

  const shown = await cli(['calibrate', 'mail', ...at])
  expect(shown).toMatchObject({ code: 0, err: '' })
  expect(shown.out).toMatch(
    /^It is not certain that the prompt was not sure enough: .* the temperature 0\.\d\d, fitted on 9 rows of the validation set\.$/m,
  )
  expect(shown.out).toMatch(
    /^On 15 rows of the test set, .* before and .* after \(expected calibration error\)\. By chance alone, .*$/m,
  )
  expect(shown.out).toMatch(/^Brier score: 0\.\d{3} before, 0\.\d{3} after/m)
  expect(shown.out).toContain('--wrong 40.0: At most 40.0 % wrong')

  const set = await cli(['calibrate', 'mail', '--wrong', '45', ...at])
  expect(set.out).toMatch(
    /^It answers alone where it is at least \d+\.\d % sure: 15 of 15 rows of the test set, 1 of them wrong \(6\.7 %\)\. Promised, with 95 % confidence: at most 27\.9 % /m,
  )
  const [json] = jsonLines((await cli(['calibrate', 'mail', ...at, '--json'])).out)
  expect(json).toMatchObject({ event: 'result', calibration: { threshold: { limit: 0.4 } } })

  const folder = temporaryFolder()
  const path = join(folder, 'more.csv')
  writeFileSync(path, 'text\npraise be\nwhat?\n')
  const labelled = await cli(['label', path, '--prompt', 'mail', ...at])
  expect(labelled.out).toMatch(
    /^1 row is for a person: the prompt answers alone where it is at least \d+\.\d % sure\.$/m,
  )
  expect(readFileSync(join(folder, 'more labelled.csv'), 'utf8')).toBe(
    'text,answer,confidence,unsure\r\npraise be,praise,0.9,\r\nwhat?,billing,0.4,unsure\r\n',
  )

  const always = await cli(['calibrate', 'mail', '--always', ...at])
  expect(always.out).not.toContain('It answers alone where')
  for (const [args, sentence] of [
    [['--wrong', '1'], 'No threshold of "mail" keeps to at most 1.0 % wrong answers, as far as its rows can tell.'],
    [['--wrong', 'few'], 'Expected a number of per cent'],
    [['--wrong', '5', '--always'], 'cannot be used with'],
  ] as const)
    expect(await cli(['calibrate', 'mail', ...args, ...at])).toMatchObject({
      code: 1,
      err: expect.stringContaining(sentence) as string,
    })
})
