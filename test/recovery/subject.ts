// What is killed: a run of the default method on the tiny Llama in the real compute process, and when.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { GivenSettings } from '../../main/contract/settings.ts'
import { createRandom } from '../../main/engine/random.ts'
import { forkCompute } from '../../main/service/compute/child.ts'
import { connect } from '../../main/service/connect.ts'
import { tinyFolder } from '../support/tiny.ts'
import { type Ended, type Kill, runThrough } from './trial.ts'

const compute = fileURLToPath(new URL('../../main/compute/main.ts', import.meta.url))

export const killsEach = 3
const jitterMs = 200
/** On a quick computer a step takes two milliseconds: enough of them that every kill comes before the end. */
export const settings = {
  steps: 400,
  tokens: 4,
  batch: 8,
  seed: 3,
  learningRate: 0.05,
  validateEvery: 100,
  folds: 0,
} as const

/** The same where a prompt of each fold is tuned beside it, so that its steps are six. */
export const foldSettings = { ...settings, folds: 5, steps: 100 } as const

/** The same for a run whose checkpoints are files, and whose result is a model. */
export const fullSettings = { ...settings, method: 'full-fine-tuning', learningRate: 1e-3, steps: 200 } as const

/** Starts a run in a new home at `home` and sees it through the kills. */
export async function trial(home: string, kills: readonly Kill[], own: GivenSettings = settings): Promise<Ended> {
  mkdirSync(home)
  const data = join(home, 'mail.csv')
  writeFileSync(data, table())
  const studio = await connect(home, { spawn: forkCompute(compute), threads: 1 })
  const { name } = await studio.call('models.add', { path: tinyFolder('llama') })
  const { dataset, version } = await studio.call('data.import', { path: data })
  await studio.close()
  const input = { model: name, dataset, version, text: 'text', label: 'label', settings: own }
  return runThrough(home, { compute, input }, kills)
}

/** Moments of a random seed in a run that reports so many events. The first two victims differ, so that every trial meets both. */
export function moments(seed: number, events: number): Kill[] {
  const random = createRandom(seed)
  return Array.from({ length: killsEach }, (_, i): Kill => ({
    victim: (i < 2 ? seed + i : random.integer(2)) % 2 === 0 ? 'compute' : 'service',
    // The last quarter is left, so that the run never ends before its last kill.
    events: random.integer(Math.floor(events / (killsEach + 1))),
    after: random.integer(jitterMs),
  }))
}

function table(): string {
  const labels = ['billing', 'delivery', 'praise']
  const rows = Array.from({ length: 60 }, (_, i) => {
    const label = labels[i % 3] ?? ''
    return `message number ${String(i)} about ${label},${label}`
  })
  return ['text,label', ...rows, ''].join('\n')
}
