// A run once more, on the same rows: with one change, or on a share of its training rows.
import type { Input } from './service.ts'
import type { Advice, RunDetails } from './methods/runs.ts'

/** The inputs of 'runs.start' by which the advice is followed; none where it starts no run. */
export function runsToFollow(details: RunDetails, advice: Advice): Input<'runs.start'>[] {
  const { run, model, textColumn, labelColumn, contextColumn } = details
  const again = {
    model: model.name,
    dataset: run.dataset,
    version: run.version,
    text: textColumn,
    label: labelColumn,
    ...(contextColumn === '' ? {} : { context: contextColumn }),
    rowsOf: run.name,
    because: `${advice.evidence} ${advice.change}`,
    settings: { ...run.settings, ...advice.settings },
  }
  if (advice.shares) return advice.shares.map((share) => ({ ...again, share }))
  return Object.keys(advice.settings).length > 0 ? [again] : []
}
