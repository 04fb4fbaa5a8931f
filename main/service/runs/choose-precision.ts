// What a pre-flight tries, precisions of the base model and hardware, and what it chooses: the fastest that fits and agrees.
import type { PrecisionName } from '../../contract/model.ts'
import type { PreflightTrial } from '../../contract/service.ts'

/**
 * Cosine to float32's gradient below which a precision is not chosen. On the starter model 8 bits reach 0.98 to 0.997
 * and learn TREC as well as float32 does; weights rounded more coarsely reached 0.86 to 0.95, and lost points.
 */
const AGREEMENT = 0.97
/**
 * A run this long in seconds pays for preparing another precision, once: on two cores 9 s for the starter model, 90 s
 * for one of 1.1 billion weights, whose run takes ten times as long as well.
 */
const LONG = 30
/** Share of time that another precision must save: repeated measurements differ by as much. */
const GAIN = 0.1

export interface Attempt {
  readonly precision: PrecisionName
  readonly provider: string
}

export interface Choices {
  /** Precisions that need no preparing. */
  readonly ready: readonly PrecisionName[]
  /** Hardware besides the CPU, best first. */
  readonly accelerators: readonly string[]
  /** Not tried again. */
  readonly failed: readonly Attempt[]
}

/**
 * What to try after `tried`, in this order: copies that lie ready cost nothing to try; 8 bits are prepared where the run
 * is long, and whatever is smaller where nothing fits. All that on the CPU; a long run is worth a trial of other hardware,
 * which a run will only take where it is faster. Undefined = enough is known.
 */
export function nextToTry(tried: readonly PreflightTrial[], choices: Choices): Attempt | undefined {
  const { ready, accelerators, failed } = choices
  const done: readonly Attempt[] = [
    ...failed,
    ...tried.map(({ precision, hardware }) => ({ precision, provider: hardware.name })),
  ]
  const open = (attempts: readonly Attempt[]): Attempt | undefined =>
    attempts.find((one) => !done.some((other) => other.precision === one.precision && other.provider === one.provider))
  const onCpu = (names: readonly PrecisionName[]): Attempt[] =>
    names.map((precision) => ({ precision, provider: 'cpu' }))
  const isLong = Math.min(...tried.map(middle)) > LONG
  const smaller = tried.some(({ fits }) => fits) ? (isLong ? onCpu(['int8']) : []) : onCpu(['int8', 'as-stored'])
  const [first] = tried
  const elsewhere = isLong && first ? accelerators.map((provider) => ({ precision: first.precision, provider })) : []
  return open(onCpu(ready)) ?? open(smaller) ?? open(elsewhere)
}

/** Of at least one trial, the first of which is the reference. */
export function chooseTrial(trials: readonly PreflightTrial[]): PreflightTrial {
  const fitting = trials.filter(({ fits, agreement = 1 }) => fits && agreement >= AGREEMENT)
  const [first] = trials
  const reference = fitting.find((trial) => trial === first)
  const fastest = fitting.toSorted((a, b) => middle(a) - middle(b))[0]
  if (reference && fastest && middle(fastest) > (1 - GAIN) * middle(reference)) return reference
  return fastest ?? trials.toSorted((a, b) => a.memory - b.memory)[0] ?? (first as PreflightTrial)
}

/** The choice in one sentence; empty where there was none. */
export function becauseOf(trials: readonly PreflightTrial[], chosen: PreflightTrial): string {
  if (trials.length < 2) return ''
  const nameOf = ({ precision, hardware: { name, title } }: PreflightTrial): string =>
    name === 'cpu' ? precision : `${precision} on ${title}`
  const measured = trials.map((trial) => {
    const { seconds, memory, agreement, fits } = trial
    const [low, high] = seconds.map((each) => each.toFixed(0))
    const alike = agreement === undefined ? '' : `, gradient agreement ${agreement.toFixed(3)}`
    return `${nameOf(trial)} ${low ?? ''} to ${high ?? ''} s, ${(memory / 1e9).toFixed(1)} GB${alike}${fits ? '' : ', does not fit'}`
  })
  return `${nameOf(chosen)} was chosen by measurement: ${measured.join('; ')}.`
}

const middle = ({ seconds: [low, high] }: PreflightTrial): number => (low + high) / 2

/** Cosine of two gradients; 0 where one of them is none. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, left, right] = [0, 0, 0]
  a.forEach((x, i) => {
    const y = b[i] ?? 0
    dot += x * y
    left += x * x
    right += y * y
  })
  return left > 0 && right > 0 ? dot / Math.sqrt(left * right) : 0
}
