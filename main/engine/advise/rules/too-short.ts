// The run was set to fewer steps than suffice: Balanced after Quick.
import { efforts } from '../../../contract/efforts.ts'
import { percent } from '../../../contract/numbers.ts'
import { headlineOf } from '../../../contract/metrics.ts'
import { defaultSettings } from '../../train/defaults.ts'
import { figuresOf, stated } from '../figures.ts'
import type { Evidence, Rule } from '../rule.ts'
import { overFitting } from './over-fitting.ts'

/** Good enough that more steps are not worth it. */
const good = 0.95
/** A run with this share of the usual steps is a short one. */
const short = (1 + efforts.quick.steps) / 2

export const tooShort: Rule = (evidence) => {
  const { run, labels, rows } = evidence
  const { settings } = run
  // More steps would memorise more.
  if (overFitting(evidence)) return undefined
  const figures = figuresOf(evidence)
  // The texts' lengths decide the batch alone, which the run has.
  const shape = { rows: rows.train, validation: rows.validation, labels: labels.length, hidden: Infinity }
  const tokens = { p50: 0, p95: 0, max: 0 }
  const { task, method, placement } = settings
  const usual = defaultSettings({ ...(task ? { task } : {}), method, placement }, labels, { ...shape, tokens })
  if (run.state !== 'finished' || !figures || figures.tuned >= good || settings.steps > short * usual.steps)
    return undefined
  const gain = gainOf(evidence, usual.steps / settings.steps)
  const learned =
    gain === undefined ? '' : ` Its second half brought ${percent(lastHalf(evidence) ?? 0)} of the check rows.`
  return {
    evidence: `It took ${String(settings.steps)} steps, where ${String(usual.steps)} are usual. ${stated(figures)}.${learned}`,
    change: `Take ${String(usual.steps)} steps (Balanced).`,
    settings: { steps: usual.steps },
    ...(gain === undefined ? {} : { gain }),
  }
}

/** What the second half of the steps added to the headline metric of the validation rows; undefined without three validations. */
function lastHalf({ validations }: Evidence): number | undefined {
  const last = validations.at(-1)
  const half = validations.findLast(({ step }) => step <= (last?.step ?? 0) / 2)
  return last && half && validations.length > 2 ? Math.max(0, headlineOf(last) - headlineOf(half)) : undefined
}

/** Learning slows down: each doubling of the steps is taken to bring as much as the last one did. */
function gainOf(evidence: Evidence, factor: number): number | undefined {
  const half = lastHalf(evidence)
  const wrong = 1 - (figuresOf(evidence)?.tuned ?? 0)
  return half === undefined ? undefined : Math.min(wrong, half * Math.log2(factor))
}
