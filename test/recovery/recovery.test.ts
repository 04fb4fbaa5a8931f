// kill -9 of compute and of service at random moments: nothing acknowledged is lost, and the run ends in the same prompt.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporary.ts'
import { moments, trial } from './subject.ts'
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
})
