// Answers of several prompts or classifiers, each to rows of its own, as those of one.
import type { Evaluation } from '../../contract/compute.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import { measured } from '../metrics/index.ts'
import { taskOf } from '../task/index.ts'

interface Task {
  readonly settings: Pick<TuneSettings, 'task'>
  readonly labels: readonly string[]
}

/**
 * Evaluations of one subject on disjoint rows as one, with the hand-written prompt that was chosen most often; undefined where
 * there are none.
 */
export function together(found: readonly Evaluation[], { settings, labels }: Task): Evaluation | undefined {
  const [first, ...others] = found
  if (!first || others.length === 0) return first
  const answers = found.flatMap(({ rows }) => rows.map(({ metrics: _, ...answer }) => answer))
  const metrics = taskOf(settings).metrics(answers.map(({ label }) => label))
  const sorted = answers.sort((a, b) => a.row - b.row)
  const handWritten = mostFrequent(found.flatMap((each) => each.handWritten ?? []))
  return {
    subject: first.subject,
    ...measured(metrics, sorted, labels),
    ...(handWritten === undefined ? {} : { handWritten }),
  }
}

/** The first of those that occur most often. */
function mostFrequent(texts: readonly string[]): string | undefined {
  const counts = [...Map.groupBy(texts, (text) => text)]
  return counts.sort(([, a], [, b]) => b.length - a.length)[0]?.[0]
}
