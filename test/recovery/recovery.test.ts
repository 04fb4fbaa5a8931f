// kill -9 of compute and of service at random moments: nothing acknowledged is lost, and the run ends in the same prompt.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporary.ts'
import { foldSettings, fullSettings, moments, trial } from './subject.ts'
import type { Ended } from './trial.ts'

/** `npm run prove` runs more trials. */
const seeds = [1, 2]

describe('a run that is killed', () => {
  let reference: Promise<Ended> | undefined

  it.for(seeds)('at moments of seed %i ends in the same prompt', { timeout: 180_000 }, async (seed) => {
    const expected = await (reference ??= trial(join(temporaryFolder(), 'home'), []))
    const ended = await trial(join(temporaryFolder(), 'home'), moments(seed, expected.events))
    // Both victims were met; a fast machine may end the run in the moment before the third kill.
    expect(ended.kills.length).toBeGreaterThanOrEqual(2)
    expect(ended.prompt).toEqual(expected.prompt)
    expect(ended.curve).toEqual(expected.curve)
  })

  it('ends in the same answers where prompts of folds judge it', { timeout: 300_000 }, async () => {
    const folder = temporaryFolder()
    const expected = await trial(join(folder, 'whole'), [], foldSettings)
    const ended = await trial(join(folder, 'killed'), moments(2, expected.events), foldSettings)
    expect(ended.kills.length).toBeGreaterThanOrEqual(2)
    expect(ended.prompt).toEqual(expected.prompt)
    expect(ended.curve).toEqual(expected.curve)
    expect(ended.answers.map((rows) => rows.length)).toEqual(Array(5).fill(60))
    expect(ended.answers).toEqual(expected.answers)
  })

  it(
    'ends in the same model where every weight is trained, and leaves no other file',
    { timeout: 300_000 },
    async () => {
      const folder = temporaryFolder()
      const expected = await trial(join(folder, 'whole'), [], fullSettings)
      const ended = await trial(join(folder, 'killed'), moments(3, expected.events), fullSettings)
      expect(ended.kills.length).toBeGreaterThanOrEqual(2)
      expect(ended.curve).toEqual(expected.curve)
      // The hash of the model that it made.
      expect(ended.prompt).toEqual(expected.prompt)
      for (const home of ['whole', 'killed']) {
        expect(readdirSync(join(folder, home, 'runs'))).toEqual([])
        expect(readdirSync(join(folder, home, 'models'))).toHaveLength(1)
      }
    },
  )
})
