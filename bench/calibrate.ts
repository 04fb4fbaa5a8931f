// How far the probabilities of tuned prompts can be trusted, before and after calibration, and whether what a threshold promises holds.
import type { Calibration, Estimate, Reliability } from '../main/contract/calibration.ts'
import type { ComputeEvent } from '../main/contract/compute.ts'
import { inPercent, percent } from '../main/contract/numbers.ts'
import type { Split } from '../main/contract/settings.ts'
import { calibrate, detailsOf, heldOut, withThreshold } from '../main/engine/calibrate/calibration.ts'
import { judged, labelledScores, type LabelledScores } from '../main/engine/calibrate/scores.ts'
import { answeredAlone } from '../main/engine/calibrate/threshold.ts'
import { createRandom } from '../main/engine/random.ts'
import { defaultSettings } from '../main/engine/train/defaults.ts'
import { bankingSplit } from './support/banking.ts'
import { starterModel } from './support/model.ts'
import { type Bench, target } from './support/result.ts'
import { sampleLabels, sampleSplit } from './support/sample.ts'
import { trecLabels, trecSplit } from './support/trec.ts'
import { tuned } from './support/tuned.ts'

interface Task {
  readonly name: string
  readonly labels: readonly string[]
  readonly split: Split
  /** Calibration error to stay below. */
  readonly wanted?: number
}

const tasksOf = async (): Promise<Task[]> => [
  { name: 'TREC', labels: trecLabels, split: trecSplit(), wanted: 0.05 },
  { name: 'banking77, ten intents', ...bankingSplit(), wanted: 0.05 },
  { name: 'the sample', labels: sampleLabels(), split: await sampleSplit(0) },
]

const RESAMPLES = 200
/** Limit at which is measured what unsure answers name. */
const SETS_AT = 0.05
const LIMITS = [0.02, 0.05, 0.1, 0.2] as const

interface Held {
  readonly limit: number
  /** Resamples with a threshold that answers some of all rows. */
  readonly promised: number
  /** Of these, in which no more than the bound was wrong, and in which the bound was no more than the limit. */
  readonly held: number
  readonly kept: number
}

/**
 * The test rows as all that there is: rows to choose the threshold on and rows to check it on are drawn from them, as many as
 * the run had, and the share of wrong answers among all of them is what was promised about.
 */
function promisesOn(all: readonly LabelledScores[], fitted: number, limit: number): Held {
  const random = createRandom(1)
  const some = (count: number): LabelledScores[] =>
    Array.from({ length: count }, () => all[random.integer(all.length)] as LabelledScores)
  let [promised, held, kept] = [0, 0, 0]
  for (let sample = 0; sample < RESAMPLES; sample++) {
    const rows = heldOut(some(fitted), some(all.length))
    const found = withThreshold(calibrate(rows.all) as Calibration, rows, limit)
    if (!found?.threshold) continue
    const { confidence, tested } = found.threshold
    const { answered, wrong } = answeredAlone(judged(all, found.temperature), confidence)
    if (answered === 0) continue
    promised++
    held += Number(wrong / answered <= tested.bound)
    kept += Number(tested.bound <= limit)
  }
  return { limit, promised, held, kept }
}

async function measured({ name, labels, split }: Task, quick: boolean, say: (line: string) => void) {
  say(`calibrate: ${name}`)
  const model = await starterModel(say)
  const settings = defaultSettings({ duel: false, seed: 0, ...(quick ? { steps: 10 } : {}) }, labels)
  let validation: readonly LabelledScores[] = []
  const onEvent = (event: ComputeEvent): void => {
    if (event.event === 'calibrated') validation = labelledScores(event.answers, labels)
  }
  const evaluations = await tuned({ model, settings, labels, split }, onEvent)
  const tested = labelledScores(evaluations.find(({ subject }) => subject === 'tuned prompt')?.rows ?? [], labels)
  const rows = heldOut(validation, tested)
  const calibration = calibrate(validation) as Calibration
  const { before, after, sets } = detailsOf(withThreshold(calibration, rows, SETS_AT) ?? calibration, rows, false)
  const promises = LIMITS.map((limit) => promisesOn(tested, validation.length, limit))
  return { name, calibration, before, after, sets, promises, scores: { validation, tested } }
}

const figure = ({ value, low, high }: Estimate): string =>
  `${inPercent(value, 1)} (${inPercent(low, 1)} to ${inPercent(high, 1)})`
const brier = ({ brier: { value } }: Reliability): string => value.toFixed(3)

export const calibrateBench: Bench = async ({ quick, say }) => {
  const tasks = await tasksOf()
  const found = []
  for (const task of tasks) found.push(await measured(task, quick, say))
  return {
    title: 'How far probabilities can be trusted, before and after calibration',
    method:
      'One run of the defaults on each task. The temperature is fitted on its validation set, and the expected calibration error (bins of equally ' +
      `many rows, 95 % bootstrap interval) is measured on its test set. Promises: in each of ${String(RESAMPLES)} resamples as many validation and ` +
      'test rows as the run had are drawn from the test set; a threshold is chosen on the former, its bound computed on the ' +
      'latter, and it holds where no more of the whole test set is answered wrongly.',
    table: {
      columns: [
        ...[
          'task',
          'validation rows',
          'test rows',
          'temperature',
          'ECE before %',
          'ECE after %',
          'ECE by chance alone %',
          'Brier before',
          'Brier after',
        ],
        ...[
          'right label in set of unsure rows %',
          'labels in set',
          ...LIMITS.map((limit) => `≤ ${percent(limit)}: promised, held, kept`),
        ],
      ],
      rows: found.map(({ name, calibration, before, after, sets, promises }) => [
        ...[name, String(calibration.rows), String(after.rows), calibration.temperature.toFixed(2)],
        ...[figure(before.error), figure(after.error), inPercent(after.error.chance, 1), brier(before), brier(after)],
        ...(sets && sets.rows > 0 ? [inPercent(sets.right / sets.rows, 1), sets.labels.toFixed(2)] : ['', '']),
        ...promises.map(({ promised, held, kept }) => `${promised}, ${held}, ${kept}`),
      ]),
    },
    targets: [
      ...found.flatMap(({ name, after }, i) => {
        const wanted = tasks[i]?.wanted
        return wanted === undefined ? [] : [target(`calibration error on ${name}`, after.error.value, '<=', wanted)]
      }),
      ...found.flatMap(({ name, promises }) =>
        promises
          .filter(({ promised }) => promised > 0)
          .map(({ limit, promised, held }) =>
            target(
              `share of the promises that hold on ${name}, at most ${percent(limit)} wrong`,
              held / promised,
              '>=',
              0.95,
            ),
          ),
      ),
    ],
    doubts: [],
    figures: found,
  }
}
