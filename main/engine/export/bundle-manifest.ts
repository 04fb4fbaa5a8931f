// The manifest of a prompt file.
import * as v from 'valibot'
import { isMetricName, type MetricName, type Metrics } from '../../contract/metrics.ts'
import { settingEntries } from '../../contract/methods/settings.ts'
import { baselineNames, type Subject, subjectNames } from '../../contract/records.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import { allMethods } from '../method/index.ts'

/** A file of a higher version is refused: its fields may mean something else. */
export const bundleVersion = 3

/** Made to fit where it is opened: older studios had another rule. */
const name = v.pipe(v.string(), v.regex(/^[^\p{Cc}/\\]{1,2000}$/u))
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
export const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))

/** Empty where answers are generated. */
export const labelList = v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(10_000))), v.maxLength(10_000))

export const answerLimits = v.object({
  tokens: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000)),
  lines: v.boolean(),
})

/** Probabilities of the labels, in their order, for fixed texts: another computer must answer the same. */
export const knownAnswers = v.pipe(
  v.array(v.object({ text: v.pipe(v.string(), v.maxLength(10_000)), probabilities: v.array(share) })),
  v.maxLength(20),
)

/** Metrics that only a later studio has are passed over. */
const metrics = v.pipe(
  v.record(v.pipe(v.string(), v.maxLength(10_000)), share),
  v.transform((all): Metrics => Object.fromEntries(Object.entries(all).filter(([name]) => isMetricName(name)))),
)

const figures = <S extends Subject>(subjects: readonly S[]) =>
  v.pipe(
    v.array(
      v.pipe(
        v.object({
          subject: v.picklist(subjects),
          handWritten: v.exactOptional(v.pipe(v.string(), v.maxLength(100_000))),
          headline: v.custom<MetricName>((name) => typeof name === 'string' && isMetricName(name)),
          metrics,
          rows: v.pipe(v.number(), v.integer(), v.minValue(1)),
        }),
        v.check(({ headline, metrics }) => metrics[headline] !== undefined),
      ),
    ),
    v.maxLength(100),
  )

const rows = v.pipe(v.number(), v.integer(), v.minValue(0))
const answeredAlone = v.pipe(
  v.object({ rows, answered: rows, wrong: rows }),
  v.check(({ rows, answered, wrong }) => wrong <= answered && answered <= rows),
)

/** What was measured of it is known only where it was tuned. */
export const calibration = v.object({
  temperature: v.pipe(v.number(), v.minValue(1e-3), v.maxValue(1e3)),
  rows,
  threshold: v.exactOptional(
    v.object({
      limit: share,
      confidence: share,
      among: share,
      chosen: answeredAlone,
      tested: v.intersect([answeredAlone, v.object({ bound: share })]),
      folds: v.exactOptional(v.object({ all: rows, chosen: rows })),
    }),
  ),
})

/** Settings of a later studio that this one does not know are passed over. */
export const manifestSchema = v.object({
  softprompt: v.picklist([1, 2, bundleVersion]),
  name,
  base: v.object({
    name: v.pipe(v.string(), v.maxLength(200)),
    hash: sha256,
    family: v.pipe(v.string(), v.maxLength(80)),
  }),
  labels: labelList,
  settings: v.object({
    ...settingEntries(allMethods()),
    answers: v.exactOptional(answerLimits),
  }),
  figures: figures(subjectNames),
  /** Figures of baselines, apart from the others: studios that do not know them pass them over. */
  baselines: v.exactOptional(figures(baselineNames)),
  answers: knownAnswers,
  /** Studios that do not know it pass it over, and answer as they always did. */
  calibration: v.exactOptional(calibration),
  sha256,
})

export type BundleManifest = Omit<v.InferOutput<typeof manifestSchema>, 'settings' | 'labels' | 'answers'> & {
  readonly settings: TuneSettings
  readonly labels: readonly string[]
  readonly answers: readonly KnownAnswer[]
}

export interface KnownAnswer {
  readonly text: string
  readonly probabilities: readonly number[]
}
