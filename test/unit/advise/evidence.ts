// What the store would hold of a run with a loss curve of a given shape; healthy but for what a test changes.
import type { StepMetrics } from '../../../main/contract/compute.ts'
import type { EvaluationRecord, Subject, RunRecord, ValidationRecord } from '../../../main/contract/records.ts'
import type { TuneSettings } from '../../../main/contract/settings.ts'
import type { Evidence } from '../../../main/engine/advise/rule.ts'
import { createRandom } from '../../../main/engine/random.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { learningRateAt } from '../../../main/engine/train/schedule.ts'

export const labels = ['abbreviation', 'entity', 'description', 'human', 'location', 'number']

export interface Shape {
  readonly settings?: Partial<TuneSettings>
  readonly run?: Partial<RunRecord>
  readonly rows?: Evidence['rows']
  /** Training loss and gradient norm at a share of the way. */
  readonly loss?: (share: number) => number
  readonly norm?: (share: number) => number
  /** Validation loss; as the training loss where absent. */
  readonly validation?: (share: number) => number
  /** Steps that were taken; all where absent. */
  readonly taken?: number
  readonly notes?: Evidence['notes']
  /** Accuracies on 500 test rows. */
  readonly noPrompt?: number
  readonly tuned?: number
  /** Absent: there was none, as of earlier versions. */
  readonly wordCount?: number
  readonly parameters?: number
  readonly smaller?: Evidence['smaller']
  /** How rows of one label were answered: [label, predicted, probability, rows]; the others rightly. */
  readonly answered?: readonly (readonly [string, string, number, number])[]
}

/** TREC's curve as the defaults have it: from guessing to a tenth of it, most of it in the first half. */
const learned = (share: number): number => 0.15 + 1.65 * Math.exp(-7 * share)

export function evidenceOf(shape: Shape = {}): Evidence {
  const settings = defaultSettings({ method: 'prefix-tuning', ...shape.settings }, labels)
  const { loss = learned, norm = (share) => 1.2 * Math.exp(-share), validation = loss, taken = settings.steps } = shape
  const random = createRandom(5)
  const steps = Array.from({ length: taken }, (_, i): StepMetrics => {
    const share = (i + 1) / settings.steps
    const noise = 0.9 + 0.2 * random.next()
    const gradientNorm = norm(share) * noise
    const learningRate = learningRateAt(i + 1, settings)
    return {
      step: i + 1,
      loss: loss(share) * noise,
      learningRate,
      gradientNorm,
      tokenNorms: [],
      examples: 16,
      milliseconds: 9,
    }
  })
  const evaluated = (subject: Subject, accuracy: number): EvaluationRecord => ({
    ...{ id: 1, run: 1, dataset: 1, version: 1, createdAt: '', subject, rows: 500 },
    ...{ headline: 'accuracy', metrics: { accuracy, macro_f1: accuracy } },
  })
  const run: RunRecord = {
    ...{ id: 1, name: 'mine', state: 'finished', task: 1, model: 1, dataset: 1, version: 1, settings, seed: 0 },
    ...{ error: undefined, createdAt: '', endedAt: '', note: '', tags: [], starred: false },
    ...shape.run,
  }
  const isEvaluated = run.state === 'finished'
  return {
    run,
    labels,
    rows: shape.rows ?? { train: 900, validation: 100, test: 500 },
    steps,
    validations: validationsOf(settings, taken, validation),
    notes: shape.notes ?? [],
    evaluations: isEvaluated
      ? [
          evaluated('no prompt', shape.noPrompt ?? 0.272),
          evaluated('tuned prompt', shape.tuned ?? 0.95),
          ...(shape.wordCount === undefined ? [] : [evaluated('word count', shape.wordCount)]),
        ]
      : [],
    answers: (shape.answered ?? []).flatMap(([label, predicted, probability, count]) =>
      Array.from({ length: count }, (_, i) => ({
        ...{ row: i, label, predicted, metrics: {} },
        logProbabilities: labels.map((each) => Math.log(each === predicted ? probability : (1 - probability) / 5)),
      })),
    ),
    smaller: shape.smaller ?? [],
    parameters: shape.parameters ?? 134_515_008,
  }
}

function validationsOf(settings: TuneSettings, taken: number, loss: (share: number) => number): ValidationRecord[] {
  let best = Infinity
  return Array.from({ length: Math.floor(taken / settings.validateEvery) + 1 }, (_, i) => {
    const step = i * settings.validateEvery
    const found = loss(step / settings.steps)
    const better = found < best
    best = Math.min(best, found)
    return { step, loss: found, headline: 'accuracy', metrics: { accuracy: 0.5 }, best: better, rows: [] }
  })
}
