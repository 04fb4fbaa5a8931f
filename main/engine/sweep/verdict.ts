// What came of a sweep, in a sentence: the best configuration, or why none can be called that.
import type { Band, SweptConfiguration, SweptName } from '../../contract/methods/sweeps.ts'
import { inPercent, percent } from '../../contract/numbers.ts'
import { needsNoModel } from '../../contract/words/subjects.ts'
import type { Values } from './configurations.ts'
import { settingWords } from '../../contract/words/settings.ts'

type Evaluated = Pick<SweptConfiguration, 'values' | 'test' | 'rank'>

/** `rows`: test rows; `seeds`: runs of each configuration; `words`: the figure of a word count on the test rows, if any. */
export function verdictOf(configurations: readonly Evaluated[], rows: number, seeds: number, words?: number): string {
  const [best] = configurations.flatMap(({ test }) => test ?? []).sort((a, b) => b.mean - a.mean)
  const found = bestOf(configurations, rows, seeds)
  if (best === undefined || words === undefined || words < best.low) return found
  const how = words > best.high ? 'does better' : 'does as well'
  return `${found} A word count ${how} (${percent(words)}): ${needsNoModel}.`
}

function bestOf(configurations: readonly Evaluated[], rows: number, seeds: number): string {
  const evaluated = configurations
    .flatMap(({ values, test, rank }) => (test && rank ? [{ values, band: test, rank }] : []))
    .sort((a, b) => b.band.mean - a.band.mean)
  const [best] = evaluated
  if (!best) return 'No configuration finished, so none can be evaluated.'
  const figure = `${shown(best.band)}${seeds > 1 ? `, ${String(seeds)} seeds` : ''}, ${String(rows)} test rows`
  if (configurations.length === 1) return `${figure}.`
  const tied = evaluated.filter(({ rank }) => rank[0] === 1)
  const words = wordsOf(best.values)
  // The validation set chose which configurations finished: on the test set nothing is known of the others.
  if (evaluated.length === 1) return `Only one finished: ${words} (${figure}). The others were stopped early.`
  const field = evaluated.length < configurations.length ? ` of the ${String(evaluated.length)} that finished` : ''
  if (tied.length === 1) return `Best${field}: ${words} (${figure}).`
  const all = tied.length === evaluated.length && evaluated.length > 1
  return `Cannot tell which is best: the intervals of ${all ? 'all' : String(tied.length)} that finished overlap. The highest figure has ${words} (${figure}).`
}

const shown = ({ mean, low, high }: Band): string =>
  `${percent(mean, 1)} (95 % interval ${inPercent(low)} to ${inPercent(high)})`

const wordsOf = (values: Values): string =>
  (Object.entries(values) as [SweptName, string | number][])
    .map(([setting, value]) => `${settingWords(setting).name.toLowerCase()} ${String(value)}`)
    .join(', ')
