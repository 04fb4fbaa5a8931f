// kill -9 of compute and service at seeded moments, on the real engine: the run must end in the very same prompt.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { createRandom } from '../main/engine/random.ts'
import { forkCompute } from '../main/service/compute-child.ts'
import { connect } from '../main/service/connect.ts'
import { type Ended, type Kill, runThrough, type Subject } from '../test/recovery/trial.ts'
import { type Bench, target } from './support/result.ts'
import { writeTinyModel } from './support/tiny-model.ts'

const trials = { full: 20, quick: 2 } as const
const killsEach = 3
const jitterMs = 200
const computeEntry = fileURLToPath(new URL('../main/compute/main.ts', import.meta.url))
const settings = { steps: 80, tokens: 4, batch: 8, seed: 3, learningRate: 0.05, validateEvery: 20 } as const

export const recovery: Bench = async ({ quick, say }) => {
  const folder = mkdtempSync(join(tmpdir(), 'softprompt-recovery-'))
  try {
    await writeTinyModel(join(folder, 'tiny'))
    writeFileSync(join(folder, 'mail.csv'), table())
    const count = trials[quick ? 'quick' : 'full']
    const expected = await trial(join(folder, 'home-0'), folder, () => [])
    say(`Uninterrupted: ${expected.curve.length} steps, ${expected.events} events.`)
    const figures = []
    for (let seed = 1; seed <= count; seed++) {
      const home = join(folder, `home-${seed}`)
      const outcome = await compared(home, folder, seed, expected)
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
        target('kills in all', done.length, '>=', count * killsEach),
      ],
      doubts: [],
      figures,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Rows that a run reads the same way each time. */
function table(): string {
  const labels = ['billing', 'delivery', 'praise']
  const rows = Array.from(
    { length: 60 },
    (_, i) => `message number ${i} about ${labels[i % 3] ?? ''},${labels[i % 3] ?? ''}`,
  )
  return ['text,label', ...rows, ''].join('\n')
}

async function trial(home: string, folder: string, kills: () => readonly Kill[]): Promise<Ended> {
  mkdirSync(home)
  const studio = await connect(home, { spawn: forkCompute(computeEntry), threads: 1 })
  const { name } = await studio.call('models.add', { path: join(folder, 'tiny') })
  const { dataset, version } = await studio.call('data.import', { path: join(folder, 'mail.csv') })
  await studio.close()
  const input = { model: name, dataset, version, text: 'text', label: 'label', settings }
  const subject: Subject = { compute: computeEntry, input }
  return runThrough(home, subject, kills())
}

async function compared(home: string, folder: string, seed: number, expected: Ended) {
  try {
    const ended = await trial(home, folder, () => moments(seed, expected.events))
    const same = isDeepStrictEqual(ended.prompt, expected.prompt) && isDeepStrictEqual(ended.curve, expected.curve)
    return { kills: ended.kills, problem: same ? undefined : 'it ended in another prompt' }
  } catch (error) {
    return { kills: [], problem: error instanceof Error ? error.message : String(error) }
  }
}

/** The first two victims differ, so that every trial meets both. */
function moments(seed: number, events: number): Kill[] {
  const random = createRandom(seed)
  return Array.from({ length: killsEach }, (_, i): Kill => ({
    victim: (i < 2 ? seed + i : random.integer(2)) % 2 === 0 ? 'compute' : 'service',
    events: random.integer(Math.floor(events / killsEach)),
    after: random.integer(jitterMs),
  }))
}
