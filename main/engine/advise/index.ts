// The advisor: the tutorial's guidance and its troubleshooting table as rules over what was measured of a run.
import type { Advice, AdviceRule } from '../../contract/service.ts'
import { settingsOfMethod } from '../../contract/setting-specs.ts'
import { declarations, methodOf } from '../method/index.ts'
import type { Evidence, Finding, Rule } from './rule.ts'
import { medianStep } from './curve.ts'
import { initialisation } from './rules/initialisation.ts'
import { largerModel } from './rules/larger-model.ts'
import { mixedUp } from './rules/mixed-up.ts'
import { moreRows } from './rules/more-rows.ts'
import { outOfMemory } from './rules/out-of-memory.ts'
import { overFitting } from './rules/over-fitting.ts'
import { rateTooHigh } from './rules/rate-too-high.ts'
import { rateTooLow } from './rules/rate-too-low.ts'
import { smallModel } from './rules/small-model.ts'
import { stoppedEarly } from './rules/stopped-early.ts'
import { taskMismatch } from './rules/task-mismatch.ts'
import { tooFewRows } from './rules/too-few-rows.ts'
import { tooFewTokens } from './rules/too-few-tokens.ts'
import { tooShort } from './rules/too-short.ts'
import { wordsAlone } from './rules/words-alone.ts'
import { wrongLabels } from './rules/wrong-labels.ts'

/** Something went wrong in the run itself: as long as that is so, its result says nothing of the rest. */
type Fault = 'out-of-memory' | 'rate-too-high' | 'rate-too-low' | 'stopped-early'

const faults: { readonly [R in Fault]: Rule } = {
  'out-of-memory': outOfMemory,
  'rate-too-high': rateTooHigh,
  'rate-too-low': rateTooLow,
  'stopped-early': stoppedEarly,
}

/** Whether it needs a language model at all, then other causes of a poor result, the likeliest first. */
const causes: { readonly [R in Exclude<AdviceRule, Fault>]: Rule } = {
  'words-alone': wordsAlone,
  'too-short': tooShort,
  'wrong-labels': wrongLabels,
  'mixed-up': mixedUp,
  'over-fitting': overFitting,
  'task-mismatch': taskMismatch,
  'too-few-rows': tooFewRows,
  'more-rows': moreRows,
  initialisation,
  'too-few-tokens': tooFewTokens,
  'small-model': smallModel,
  'larger-model': largerModel,
}

/**
 * Each with one change at most, which the run's method knows: those that may put the most test rows right first, then those of
 * which nothing measured says how many, the likeliest first. Faults of the run have nothing else beside them. Empty where the
 * run is healthy.
 */
export function advise(evidence: Evidence): Advice[] {
  const { settings } = evidence.run
  // What a run went on from decides what its method declares: with other values it could not start there.
  const decided = new Set(settings.from ? methodOf(settings).settings.map(({ name }) => name) : [])
  const specs = settingsOfMethod(declarations(), settings.method).filter(({ name }) => !decided.has(name))
  const canSet = ([name, value]: [string, unknown]): boolean =>
    name === 'template' ||
    specs.some((spec) => spec.name === name && (spec.kind !== 'choice' || spec.values.includes(String(value))))
  const apply = (rules: Readonly<Record<string, Rule>>): Advice[] =>
    Object.entries(rules).flatMap(([rule, find]) => {
      const found = find(evidence)
      if (!found || !Object.entries(found.settings).every(canSet)) return []
      return [{ rule: rule as AdviceRule, ...found, ...costOf(evidence, found) }]
    })
  const found = apply(faults)
  if (found.length > 0) return found
  return apply(causes).toSorted((a, b) => (b.gain ?? 0) - (a.gain ?? 0))
}

/** The time that the steps of the proposed runs take, if each takes as long as this run's. */
function costOf({ run, steps }: Evidence, { settings, shares }: Finding): Pick<Advice, 'minutes'> {
  const runs = shares?.length ?? Math.sign(Object.keys(settings).length)
  if (runs === 0 || steps.length === 0) return {}
  return { minutes: (runs * (settings.steps ?? run.settings.steps) * medianStep(steps)) / 60_000 }
}
