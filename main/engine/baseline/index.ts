// The table of baselines, and how one answers the test rows.
import type { Evaluation } from '../../contract/compute.ts'
import type { BaselineName } from '../../contract/records.ts'
import type { Split, TuneSettings } from '../../contract/settings.ts'
import { best } from '../evaluate/best.ts'
import { measured } from '../metrics/index.ts'
import { createRandom } from '../random.ts'
import { taskOf } from '../task/index.ts'
import { bagOfWords } from './bag-of-words.ts'
import type { Baseline, FeatureSource } from './baseline.ts'
import { fitClassifier, type Watch } from './classifier.ts'
import { linearProbe } from './linear-probe.ts'

const baselines: { readonly [N in BaselineName]: Baseline } = {
  'word count': bagOfWords,
  'linear probe': linearProbe,
}

export interface BaselineJob extends FeatureSource {
  readonly settings: Pick<TuneSettings, 'task' | 'seed'>
}

/**
 * Learns from the training rows, chooses on the validation rows, and answers the test rows: the same for the same rows and
 * seed. Undefined where it was stopped.
 */
export async function evaluateBaseline(
  name: BaselineName,
  job: BaselineJob,
  watch: Watch,
): Promise<Evaluation | undefined> {
  const { settings, labels } = job
  const { features, strengths } = baselines[name]
  const split = drawn(name, job)
  const { train, validation, test } = await features({ ...job, split })
  const rows = {
    train: { features: train, labels: split.train.map(({ label }) => label) },
    validation: { features: validation, labels: split.validation.map(({ label }) => label) },
  }
  const classify = await fitClassifier(rows, labels, strengths, watch)
  if (!classify) return undefined
  const scores = classify(test)
  const answers = split.test.map(({ row, label }, i) => {
    const logProbabilities = scores[i] ?? []
    return { row, label, predicted: labels[best(logProbabilities)] ?? '', logProbabilities }
  })
  const metrics = taskOf(settings).metrics(answers.map(({ label }) => label))
  return { subject: name, ...measured(metrics, answers, labels) }
}

/** The rows, with as many training rows as the baseline learns from. */
function drawn(name: BaselineName, { split, settings, labels }: BaselineJob): Split {
  const { train } = split
  const most = baselines[name].maxTraining(labels.length)
  return train.length <= most ? split : { ...split, train: createRandom(settings.seed).shuffle(train).slice(0, most) }
}

/** Rows that a baseline reads: those that it learns from, and all others. */
export const rowsRead = (
  name: BaselineName,
  { train, validation, test }: { readonly [P in keyof Split]: number },
  labels: number,
): number => Math.min(train, baselines[name].maxTraining(labels)) + validation + test
