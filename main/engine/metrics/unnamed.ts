// What two figures meant that homes and prompt files of before metrics had names hold as `accuracy` and `macroF1`.
import type { Measured, MetricName } from '../../contract/metrics.ts'
import type { TaskName } from '../../contract/settings.ts'

/** The first of them was the headline. Of generation they do not say whether answers had fields. */
const names: { readonly [T in TaskName]: readonly [MetricName, MetricName] } = {
  classification: ['accuracy', 'macro_f1'],
  generation: ['fields_or_rouge_l', 'exact_match'],
  answering: ['token_f1', 'exact_match'],
}

export function named(task: TaskName | undefined, first: number, second: number): Measured {
  const [headline, other] = names[task ?? 'classification']
  return { headline, metrics: { [headline]: first, [other]: second } }
}
