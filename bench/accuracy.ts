// Whether a prompt for a quantised model learns as well: TREC, all test rows, five seeds, row by row against float32.
import type { PrecisionName, PreparedModel } from '../main/contract/model.ts'
import type { Split, TuneSettings } from '../main/contract/settings.ts'
import { percent } from '../main/contract/numbers.ts'
import { inPrecision } from '../main/engine/model/in-precision.ts'
import { pairedBootstrap } from '../main/engine/evaluate/significance.ts'
import { defaultSettings } from '../main/engine/train/defaults.ts'
import { starterModel } from './support/model.ts'
import { type Bench, target } from './support/result.ts'
import { trecLabels, trecSplit } from './support/trec.ts'
import { tuned } from './support/tuned.ts'

interface Way {
  readonly name: string
  readonly precision: PrecisionName
  /** Whether the KV cache of texts is precomputed; false: every step computes it anew. */
  readonly precomputes: boolean
}

const ways: readonly Way[] = [
  { name: 'float32', precision: 'float32', precomputes: true },
  { name: 'f16', precision: 'f16', precomputes: true },
  { name: 'int8', precision: 'int8', precomputes: true },
  { name: 'as-stored', precision: 'as-stored', precomputes: true },
  { name: 'float32, without KV precompute', precision: 'float32', precomputes: false },
]
/** Random seeds: one moves the accuracy by more than any precision does, and the mean of three is off by up to a point. */
const seeds = [0, 1, 2, 3, 4] as const

export const accuracy: Bench = async ({ quick, say }) => {
  const starter = await starterModel(say)
  const all = trecSplit()
  const split = quick
    ? { train: all.train.slice(0, 30), validation: all.validation.slice(0, 10), test: all.test.slice(0, 20) }
    : all
  const right = new Map<string, boolean[]>()
  const perSeed = new Map<string, number[]>()
  for (const { name, precision, precomputes } of ways) {
    const model = await inPrecision(starter, precision)
    for (const seed of quick ? [0] : seeds) {
      const settings = defaultSettings({ precision, seed, duel: false, ...(quick ? { steps: 3 } : {}) }, trecLabels)
      const began = performance.now()
      const hits = await answeredRightly(model, settings, split, precomputes)
      const seconds = (performance.now() - began) / 1000
      right.set(name, [...(right.get(name) ?? []), ...hits])
      perSeed.set(name, [...(perSeed.get(name) ?? []), share(hits)])
      say(`${name}, seed ${String(seed)}: ${percent(share(hits), 1)} in ${seconds.toFixed(0)} s`)
    }
  }
  const exact = right.get('float32') ?? []
  const figures = ways.map(({ name }) => {
    const hits = right.get(name) ?? []
    return {
      name,
      seeds: perSeed.get(name) ?? [],
      accuracy: share(hits),
      mean: share(hits) - share(exact),
      ...pairedBootstrap(hits.map((hit, i) => ({ other: exact[i] ?? false, tuned: hit }))),
    }
  })
  const points = (value: number): string => `${value >= 0 ? '+' : ''}${(100 * value).toFixed(1)}`
  return {
    title: 'Accuracy in each precision, and with and without KV precompute',
    method:
      `TREC, 1,000 rows, all 500 test rows, the default method, seeds ${seeds.join(', ')}, CPU. The difference to float32 is paired, row by row and seed ` +
      'by seed, with the 95 % interval of a bootstrap over the rows.',
    table: {
      columns: ['precision', '% by seed', '%', 'points to float32', '95 % interval'],
      rows: figures.map((each) => [
        each.name,
        each.seeds.map((value) => (100 * value).toFixed(1)).join(', '),
        (100 * each.accuracy).toFixed(1),
        each.name === 'float32' ? '–' : points(each.mean),
        each.name === 'float32' ? '–' : `${points(each.low)} to ${points(each.high)}`,
      ]),
    },
    targets: figures
      .filter(({ name }) => name !== 'float32')
      .map(({ name, mean }) => target(`points lost to float32, ${name}`, -100 * mean, '<=', 1)),
    doubts: [],
    figures,
  }
}

/** Tunes a prompt, and gives for each test row whether it is answered rightly. */
async function answeredRightly(
  model: PreparedModel,
  settings: TuneSettings,
  split: Split,
  precomputes: boolean,
): Promise<boolean[]> {
  const evaluations = await tuned({ model, settings, labels: trecLabels, split, precomputes })
  const { rows = [] } = evaluations.find(({ subject }) => subject === 'tuned prompt') ?? {}
  return rows.map(({ label, predicted }) => label === predicted)
}

const share = (hits: readonly boolean[]): number => hits.filter(Boolean).length / Math.max(1, hits.length)
