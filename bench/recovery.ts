// kill -9 of compute and service at seeded moments, on the real engine: the run must end in the very same prompt.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { killsEach, moments, settings, trial } from '../test/recovery/subject.ts'
import type { Ended } from '../test/recovery/trial.ts'
import { type Bench, target } from './support/result.ts'

const trials = { full: 20, quick: 2 } as const

export const recovery: Bench = async ({ quick, say }) => {
  const folder = mkdtempSync(join(tmpdir(), 'softprompt-recovery-'))
  try {
    const count = trials[quick ? 'quick' : 'full']
    const expected = await trial(join(folder, 'home-0'), [])
    say(`Uninterrupted: ${expected.curve.length} steps, ${expected.events} events.`)
    const figures = []
    for (let seed = 1; seed <= count; seed++) {
      const home = join(folder, `home-${seed}`)
      const outcome = await compared(home, seed, expected)
      say(`Trial ${seed} of ${count}: ${outcome.problem ?? 'the same'} (${outcome.kills.join('; ')})`)
      figures.push({ seed, ...outcome })
      rmSync(home, { recursive: true, force: true })
    }
    const done = figures.flatMap(({ kills }) => kills)
    const same = figures.filter(({ problem }) => problem === undefined).length
    const times = (victim: string): string => String(done.filter((kill) => kill.startsWith(victim)).length)
    return {
      title: 'kill -9 at random moments',
      method:
        `A run of ${settings.steps} steps (the default method) on a tiny Llama in the real compute process, one thread; in each trial compute or ` +
        `service are killed ${killsEach} times at seeded moments and the run is resumed. "The same": the prompt bit for bit, every step's loss and norms, ` +
        'and nothing acknowledged was lost.',
      table: {
        columns: ['trials', 'kills of compute', 'kills of service', 'the same'],
        rows: [[String(count), times('compute'), times('service'), String(same)]],
      },
      targets: [
        target('trials that end the same', same, '>=', count),
        // A run may end in the moment before its last kill: what counts is that twenty and more met it.
        target('kills in all', done.length, '>=', 2 * count),
      ],
      doubts: [],
      figures,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function compared(home: string, seed: number, expected: Ended) {
  try {
    const ended = await trial(home, moments(seed, expected.events))
    const same = isDeepStrictEqual(ended.prompt, expected.prompt) && isDeepStrictEqual(ended.curve, expected.curve)
    return { kills: ended.kills, problem: same ? undefined : 'it ended in another prompt' }
  } catch (error) {
    return { kills: [], problem: error instanceof Error ? error.message : String(error) }
  }
}
