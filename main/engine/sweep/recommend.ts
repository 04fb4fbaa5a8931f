// What to take of several methods, and why: what the test set does not tell apart is decided by what it costs.
import { abilityLost, type RunMeasures } from '../../contract/measures.ts'
import { inPercent, percent } from '../../contract/numbers.ts'
import { subjectNames } from '../../contract/records.ts'
import type { MethodName } from '../../contract/settings.ts'
import type { Band, ComparedBaseline, ComparedMethod, ComparedRow } from '../../contract/service.ts'
import { capital } from '../../contract/words/capital.ts'
import { methodInText } from '../../contract/words/settings.ts'
import { needsNoModel, subjectWords } from '../../contract/words/subjects.ts'
import { joined } from '../../contract/words/counts.ts'

type Row<R extends ComparedRow> = R & { readonly test: Band; readonly rank: readonly [number, number] }

const isRanked = <R extends ComparedRow>(row: R): row is Row<R> => row.test !== undefined && row.rank !== undefined

export interface Recommendation {
  /** One or two sentences. */
  readonly sentence: string
  /** The method that they say to take; undefined where they say none. */
  readonly take: MethodName | undefined
}

/**
 * `compared`: all of a finished sweep, in the order in which they are to be named; `rows`: test rows. Something ranks above
 * another only where the interval of their difference says so; a baseline that nothing is known to beat is taken before
 * anything tuned, since it costs nothing.
 */
export function recommendationOf(compared: readonly ComparedRow[], rows: number): Recommendation {
  const ranked = compared.filter(isRanked)
  if (!ranked.some(({ kind }) => kind === 'method'))
    return { sentence: 'No method has finished, so there is nothing to take yet.', take: undefined }
  const first = ranked.filter(({ rank }) => rank[0] === 1)
  const baselines = first.filter((row) => row.kind === 'baseline')
  const best = first.filter((row) => row.kind === 'method')
  const [only] = best
  if (baselines.length > 0) return { sentence: keep(baselines, best, rows), take: undefined }
  return best.length === 1 && only ? takeOnly(only, { ranked, compared, rows }) : choose(best, rows)
}

/** The simplest of the baselines that nothing is known to beat. */
function keep(baselines: readonly Row<ComparedBaseline>[], best: readonly ComparedMethod[], rows: number): string {
  const order = subjectNames.indexOf.bind(subjectNames)
  const [simplest] = baselines.toSorted((a, b) => order(a.subject) - order(b.subject))
  if (!simplest) return ''
  const { inText } = subjectWords[simplest.subject]
  const figure = figureOf(simplest.test)
  const remark = simplest.subject === 'word count' ? ` ${capital(needsNoModel)}.` : ''
  if (best.length === 0)
    return `Keep ${inText} (${figure}): on ${testRows(rows)} it does better than everything tuned here.${remark}`
  return `Keep ${inText} (${figure}): ${testRows(rows)} do not tell ${listed(best, 'or')} from it, and it needs no tuning. More test rows would tell.${remark}`
}

interface Field {
  readonly ranked: readonly ComparedRow[]
  readonly compared: readonly ComparedRow[]
  readonly rows: number
}

function takeOnly(best: Row<ComparedMethod>, { ranked, compared, rows }: Field): Recommendation {
  const stopped = compared.some((row) => row.kind === 'method' && row.fate === 'left behind')
  const others = ranked.length > 1 ? ', better than everything else that was evaluated' : ''
  const rest = stopped ? ' The others were stopped early, as the validation set was worse for them.' : ''
  const sentence = `Take ${methodInText(best.method)}: ${figureOf(best.test)} on ${testRows(rows)}${others}.${rest}`
  return { sentence, take: best.method }
}

/** Of several that do equally well, the one that costs least. */
function choose(best: readonly Row<ComparedMethod>[], rows: number): Recommendation {
  const names = capital(best.length > 4 ? `${String(best.length)} methods` : listed(best))
  const equal = `${names} do equally well, as far as ${testRows(rows)} can tell (${rangeOf(best)})`
  const cheapest = cheapestOf(best)
  if (!cheapest) return { sentence: `${equal}. What they cost was not measured.`, take: undefined }
  const { method, because } = cheapest
  return { sentence: `${equal}; take ${methodInText(method)}${because}.`, take: method }
}

/** A rise of the loss on the neutral text from which it counts, in nats of a token. */
const noticeable = 0.01
/** Times that differ by less are taken as equal: they were measured beside other programs. */
const tolerance = 1.25

interface Priced {
  readonly method: MethodName
  readonly measures: RunMeasures
}

const losesAbility = ({ measures }: Priced): boolean => abilityLost(measures) > noticeable

const answerOf = ({ measures }: Priced): number => measures.answerMilliseconds ?? Infinity

/**
 * Of those that cost nothing of the model's ability (of all, where each does) the ones that answer about as fast as the
 * fastest, and of these the one with the smallest file. Undefined where not all were measured.
 */
function cheapestOf(
  all: readonly ComparedMethod[],
): { readonly method: MethodName; readonly because: string } | undefined {
  const priced = all.flatMap(({ method, measures }) => (measures ? [{ method, measures }] : []))
  if (priced.length < all.length) return undefined
  const able = priced.filter((each) => !losesAbility(each))
  const pool = able.length > 0 ? able : priced
  const fastest = Math.min(...pool.map(answerOf))
  const [cheapest] = pool
    .filter((each) => answerOf(each) <= tolerance * fastest)
    .sort((a, b) => a.measures.fileBytes - b.measures.fileBytes)
  if (!cheapest) return undefined
  const clear = reasonsOf(
    cheapest,
    priced.filter((each) => each !== cheapest),
  )
  const rule =
    pool.length < priced.length
      ? 'which costs nothing of the model’s general ability'
      : 'which answers about as fast as any of them, with the smallest file of those that do'
  return { method: cheapest.method, because: clear === '' ? `, ${rule}` : `: ${clear}` }
}

interface Reason {
  readonly of: (measures: RunMeasures) => number | undefined
  /** "half the size". */
  readonly part: string
  /** "the smallest file". */
  readonly least: string
}

const reasons: readonly Reason[] = [
  { of: ({ fileBytes }) => fileBytes, part: 'the size', least: 'the smallest file' },
  {
    of: ({ answerMilliseconds }) => answerMilliseconds,
    part: 'the time an answer takes',
    least: 'the fastest answers',
  },
  { of: ({ seconds }) => seconds, part: 'the time to tune', least: 'the shortest tuning' },
  { of: ({ peakBytes }) => peakBytes, part: 'the memory', least: 'the least memory' },
]

/** Where it costs clearly less than each of the others. */
function reasonsOf(cheapest: Priced, others: readonly Priced[]): string {
  const clear = reasons.flatMap(({ of, part, least }) => {
    const own = of(cheapest.measures)
    const rivals = others.map(({ measures }) => of(measures))
    if (own === undefined || rivals.some((rival) => rival === undefined || rival < tolerance * own)) return []
    return [others.length === 1 ? `${shareWords(own / (rivals[0] ?? NaN))} ${part}` : least]
  })
  const keeps = !losesAbility(cheapest) && others.every(losesAbility)
  return joined([...clear, ...(keeps ? ['nothing of the model’s general ability lost'] : [])])
}

const shares: readonly (readonly [share: number, words: string])[] = [
  [1 / 10, 'a tenth of'],
  [1 / 5, 'a fifth of'],
  [1 / 4, 'a quarter of'],
  [1 / 3, 'a third of'],
  [1 / 2, 'half'],
  [2 / 3, 'two thirds of'],
  [3 / 4, 'three quarters of'],
]

/** The nearest of the shares that people have words for, by ratio. */
function shareWords(share: number): string {
  if (share < 0.08) return 'less than a tenth of'
  const distance = (other: number): number => Math.abs(Math.log(share / other))
  const [nearest] = shares.toSorted(([a], [b]) => distance(a) - distance(b))
  return nearest?.[1] ?? ''
}

const listed = (methods: readonly ComparedMethod[], last?: 'or'): string =>
  joined(
    methods.map(({ method }) => methodInText(method)),
    last,
  )

const testRows = (rows: number): string => (rows === 1 ? '1 test row' : `${String(rows)} test rows`)

const figureOf = ({ mean, low, high }: Band): string =>
  `${percent(mean, 1)}, 95 % interval ${inPercent(low)} to ${inPercent(high)}`

/** The figures of all, from the lowest to the highest. */
function rangeOf(methods: readonly Row<ComparedMethod>[]): string {
  const means = methods.map(({ test }) => test.mean)
  const [low, high] = [inPercent(Math.min(...means), 1), inPercent(Math.max(...means), 1)]
  return low === high ? `${high} %` : `${low} to ${high} %`
}
