// kill -9 of compute and of service at random moments: nothing acknowledged is lost, and the run ends in the same prompt.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { connect } from '../../main/service/connect.ts'
import { fakeEntry, prepareStudio, spawnFake } from '../support/fake-studio.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { type Ended, runThrough, type Subject } from './trial.ts'

/** `npm run prove` asks for more. */
const trials = Number(process.env['SOFTPROMPT_KILL_TRIALS'] ?? 3)
const seed = Number(process.env['SOFTPROMPT_KILL_SEED'] ?? 1)
const KILLS = 3
const JITTER_MS = 40

/** mulberry32: small, seeded, good enough to choose moments. */
function random(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

async function fresh(folder: string): Promise<{ home: string; subject: Subject }> {
  const home = join(folder, 'home')
  const studio = await connect(home, { spawn: spawnFake, threads: 1 })
  const base = await prepareStudio(studio, folder)
  await studio.close()
  const settings = { steps: 80, tokens: 2, seed: 3, learningRate: 0.1, init: 'random' as const }
  return { home, subject: { compute: fakeEntry, input: { ...base, settings }, env: { FAKE_STEP_MS: '4' } } }
}

describe('a run that is killed', () => {
  let reference: Promise<Ended> | undefined
  const uninterrupted = async (): Promise<Ended> => {
    const { home, subject } = await fresh(temporaryFolder())
    return runThrough(home, subject, [])
  }

  it.for(Array.from({ length: trials }, (_, i) => seed + i))(
    'at moments of seed %i ends in the same prompt',
    { timeout: 120_000 },
    async (number) => {
      const expected = await (reference ??= uninterrupted())
      const { home, subject } = await fresh(temporaryFolder())
      const next = random(number)
      const kills = Array.from({ length: KILLS }, (_, i) => ({
        // The first two differ, so that few trials meet both.
        victim: (i === 0 ? number % 2 === 0 : i === 1 ? number % 2 === 1 : next() < 0.5)
          ? ('compute' as const)
          : ('service' as const),
        events: Math.floor((next() * expected.events) / KILLS),
        after: Math.floor(next() * JITTER_MS),
      }))
      const ended = await runThrough(home, subject, kills)
      expect(ended.kills).toHaveLength(KILLS)
      expect(ended.prompt).toEqual(expected.prompt)
      expect(ended.curve).toEqual(expected.curve)
    },
  )
})
