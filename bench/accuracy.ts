// Whether a model that is kept in fewer bits learns as well: TREC, all test rows, three seeds, row by row against float32.
import type { ScoredRow } from '../main/contract/compute.ts'
import type { PrecisionName } from '../main/contract/model.ts'
import { sealModel } from '../main/compute/seal.ts'
import { inPrecision } from '../main/engine/model/in-precision.ts'
import { pairedBootstrap } from '../main/engine/evaluate/significance.ts'
import { defaultSettings } from '../main/engine/train/defaults.ts'
import { runJob } from './support/jobs.ts'
import { starterModel, threads } from './support/model.ts'
import { type Bench, target } from './support/result.ts'
import { trecLabels, trecSplit } from './support/trec.ts'

const precisions: readonly PrecisionName[] = ['float32', 'f16', 'int8', 'as-stored']
const seeds = [0, 1, 2] as const

export const accuracy: Bench = async ({ quick, say }) => {
  const model = await starterModel(say)
  const all = trecSplit()
  const split = quick
    ? { train: all.train.slice(0, 30), validation: all.validation.slice(0, 10), heldOut: all.heldOut.slice(0, 20) }
    : all
  const right = new Map<PrecisionName, boolean[]>()
  const perSeed = new Map<PrecisionName, number[]>()
  for (const precision of precisions) {
    const kept = sealModel(await inPrecision(model, precision))
    for (const seed of quick ? [0] : seeds) {
      const settings = defaultSettings({ precision, seed, ...(quick ? { steps: 3 } : {}) }, trecLabels)
      let rows: readonly ScoredRow[] = []
      const job = { kind: 'tune' as const, model: kept, settings, labels: trecLabels, split, threads }
      const { seconds } = await runJob({ ...job, resume: undefined, providers: ['cpu'] }, (event) => {
        if (event.event === 'evaluation' && event.evaluation.subject === 'tuned prompt') rows = event.evaluation.rows
      })
      const hits = rows.map(({ label, predicted }) => label === predicted)
      right.set(precision, [...(right.get(precision) ?? []), ...hits])
      perSeed.set(precision, [...(perSeed.get(precision) ?? []), share(hits)])
      say(`${precision}, seed ${String(seed)}: ${(100 * share(hits)).toFixed(1)} % in ${seconds.toFixed(0)} s`)
    }
  }
  const exact = right.get('float32') ?? []
  const figures = precisions.map((precision) => {
    const hits = right.get(precision) ?? []
    return {
      precision,
      seeds: perSeed.get(precision) ?? [],
      accuracy: share(hits),
      mean: share(hits) - share(exact),
      ...pairedBootstrap(hits.map((hit, i) => ({ other: exact[i] ?? false, tuned: hit }))),
    }
  })
  const points = (value: number): string => `${value >= 0 ? '+' : ''}${(100 * value).toFixed(1)}`
  return {
    title: 'Accuracy in each precision',
    method:
      `TREC, 1,000 rows, all 500 test rows, the default method, seeds ${seeds.join(', ')}, CPU. The difference to float32 is paired, row by row and seed ` +
      'by seed, with the 95 % interval of a bootstrap over the rows.',
    table: {
      columns: ['precision', '% by seed', '%', 'points to float32', '95 % interval'],
      rows: figures.map((each) => [
        each.precision,
        each.seeds.map((value) => (100 * value).toFixed(1)).join(', '),
        (100 * each.accuracy).toFixed(1),
        each.precision === 'float32' ? '–' : points(each.mean),
        each.precision === 'float32' ? '–' : `${points(each.low)} to ${points(each.high)}`,
      ]),
    },
    targets: figures
      .filter(({ precision }) => precision !== 'float32')
      .map(({ precision, mean }) => target(`points lost to float32, ${precision}`, -100 * mean, '<=', 1)),
    doubts: [],
    figures,
  }
}

const share = (hits: readonly boolean[]): number => hits.filter(Boolean).length / Math.max(1, hits.length)
