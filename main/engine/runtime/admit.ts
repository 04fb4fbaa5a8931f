// Chooses the hardware for a run: each provider must first show that it computes the CPU's gradient, and faster.
import type { Feeds, NamedTensors } from '../../contract/tensor.ts'
import type { Graph } from '../graph/node.ts'
import { explained, messageOf } from './failures.ts'
import { isProviderName, offeredProviders, type ProviderName, providers } from './providers.ts'
import { createSession, type Session, type SessionOptions } from './session.ts'

/**
 * How far a result may lie from the CPU's, ||a - b|| / ||b||. Float32 summed in another order differs by about 1e-6,
 * TF32 products by a few 1e-4; products in 16 bits, rounded so in a simulation on the starter model, by 2e-2 to 3e-2 (a cosine
 * of about 0.9995); a wrong kernel by about 1.
 */
export const tolerances = { exact: 1e-3, half: 0.1 } as const

/** Hardware for sessions; spread it into their options. */
export type Hardware = Pick<SessionOptions, 'provider' | 'dialect'>

/** One sentence about a provider for the user: why it is used or not. */
export interface ProviderNote {
  readonly name: ProviderName
  readonly note: string
}

export interface Candidate {
  readonly hardware: Hardware
  open(): Promise<Session>
}

/** The results of one batch, and its time. */
interface Trial {
  readonly results: NamedTensors
  /** Of the second run, since the first one compiles. */
  readonly milliseconds: number
}

/**
 * The hardware to compute a gradient graph on, by one batch of it. `names` are tried in their order (empty = what the
 * machine offers, best first); the CPU is the last resort and needs no proof. `report` receives every decision.
 */
export async function chooseHardware(
  graph: Graph,
  feeds: Feeds,
  options: Pick<SessionOptions, 'weightsFolder' | 'threads' | 'arena' | 'packWeights'> & {
    readonly names: readonly string[]
    readonly tolerance: number
  },
  report: (note: ProviderNote) => void,
): Promise<Hardware> {
  const offered = offeredProviders()
  const candidates = options.names.length > 0 ? options.names.filter(isProviderName) : offered
  for (const name of candidates)
    if (!offered.includes(name))
      report({ name, note: `Not using ${providers[name].title}: this computer does not have it.` })
  const tried = candidates.filter((name) => name !== 'cpu' && offered.includes(name))
  const candidate = (name: ProviderName): Candidate => {
    const hardware = { provider: name, dialect: providers[name].dialect }
    return { hardware, open: () => createSession(graph, { ...options, ...hardware }) }
  }
  return admit(tried.map(candidate), candidate('cpu'), feeds, options.tolerance, report)
}

/** The first candidate that agrees with the reference to within `tolerance` and is faster than it; otherwise the reference. */
export async function admit(
  candidates: readonly Candidate[],
  reference: Candidate,
  feeds: Feeds,
  tolerance: number,
  report: (note: ProviderNote) => void,
): Promise<Hardware> {
  let expected: Trial | undefined
  for (const candidate of candidates) {
    const name = candidate.hardware.provider
    const { title } = providers[name]
    try {
      const found = await tryOut(candidate, feeds)
      expected ??= await tryOut(reference, feeds)
      const refusal = refusalOf(found, expected, tolerance)
      if (refusal === undefined) {
        report({ name, note: `Computing on ${title}: its gradient agrees with the CPU's.` })
        return candidate.hardware
      }
      report({ name, note: `Not using ${title}: ${refusal}.` })
    } catch (error) {
      report({ name, note: `Not using ${title}: ${failureOf(error)}` })
    }
  }
  report({ name: reference.hardware.provider, note: `Computing on ${providers[reference.hardware.provider].title}.` })
  return reference.hardware
}

function failureOf(error: unknown): string {
  const { code, message, cause } = explained(error)
  return code === 'compute/defect' ? `it could not start (${messageOf(cause)}).` : message
}

async function tryOut(candidate: Candidate, feeds: Feeds): Promise<Trial> {
  const session = await candidate.open()
  try {
    await session.run(feeds)
    const start = performance.now()
    const results = await session.run(feeds)
    return { results, milliseconds: performance.now() - start }
  } finally {
    await session.release()
  }
}

/** Why a trial is refused, as the end of a sentence; undefined where it is not. */
function refusalOf(found: Trial, expected: Trial, tolerance: number): string | undefined {
  const worst = disagreement(found.results, expected.results)
  if (!(worst <= tolerance))
    return `its gradient differs from the CPU's (${Number.isFinite(worst) ? `by ${Number((100 * worst).toPrecision(2))} %` : 'not a number'})`
  if (found.milliseconds < expected.milliseconds) return undefined
  const [its, cpus] = [found, expected].map(({ milliseconds }) => Math.ceil(milliseconds))
  return `it is no faster than the CPU (${its} ms a batch against ${cpus} ms)`
}

/** The largest relative error by norm among the results; NaN where one is not a number or missing. */
export function disagreement(found: NamedTensors, expected: NamedTensors): number {
  const errors = Object.entries(expected).map(([name, { data }]) => relativeError(found[name]?.data, data))
  return errors.some(Number.isNaN) ? NaN : Math.max(0, ...errors)
}

function relativeError(found: Float32Array | undefined, expected: Float32Array): number {
  if (found?.length !== expected.length) return NaN
  let [difference, size] = [0, 0]
  expected.forEach((value, i) => {
    difference += ((found[i] ?? NaN) - value) ** 2
    size += value ** 2
  })
  if (difference === 0) return 0
  return Math.sqrt(difference / size)
}
