// Metrics by name: the same names in events, records, --json, the database, reports and cards.

/** Every metric except those of single fields (`field:NAME`). */
export const metricNames = [
  'accuracy',
  'macro_f1',
  'exact_match',
  'token_f1',
  'rouge_l',
  'field_accuracy',
  /** Mean over answers, some of which are JSON objects (field_accuracy) and some are not (rouge_l). */
  'fields_or_rouge_l',
  'valid_json',
  /** Share of answers of which each right token is the likeliest one, given the right tokens before it. */
  'teacher_forced_exact_match',
] as const

/** `field:NAME`: share of answers, of those that should have the field, in which it has its right value. */
export type MetricName = (typeof metricNames)[number] | `field:${string}`

/** Values by name, 0 to 1. */
export type Metrics = { readonly [N in MetricName]?: number }

/** The metrics of some answers: a validation has one, an evaluation all of its task. */
export interface Measured {
  /** The metric on which verdicts, sweeps and advice are based. */
  readonly headline: MetricName
  readonly metrics: Metrics
}

export const headlineOf = ({ headline, metrics }: Measured): number => metrics[headline] ?? NaN

/** Names of all metrics that occur, the headline first. */
export const namesOf = (all: readonly Measured[]): MetricName[] => [
  ...new Set(all.flatMap(({ headline, metrics }) => [headline, ...(Object.keys(metrics) as MetricName[])])),
]

export const isMetricName = (name: string): name is MetricName =>
  (metricNames as readonly string[]).includes(name) || name.startsWith(fieldPrefix)

const fieldPrefix = 'field:'

/** The field of a metric `field:NAME`; undefined for other metrics. */
export const fieldOf = (name: MetricName): string | undefined =>
  name.startsWith(fieldPrefix) ? name.slice(fieldPrefix.length) : undefined

const titles: { readonly [N in (typeof metricNames)[number]]: string } = {
  accuracy: 'accuracy',
  macro_f1: 'macro-F1',
  exact_match: 'exact match',
  token_f1: 'token F1',
  rouge_l: 'ROUGE-L',
  field_accuracy: 'right fields',
  fields_or_rouge_l: 'right fields or ROUGE-L',
  valid_json: 'valid JSON',
  teacher_forced_exact_match: 'teacher-forced exact match',
}

/** A metric's name in sentences: "macro-F1", "field city". */
export const metricTitle = (name: MetricName): string =>
  fieldOf(name) === undefined ? titles[name as keyof typeof titles] : `field ${fieldOf(name) ?? ''}`
