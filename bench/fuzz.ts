// Fuzzing at length: the cases that the tests try some of, many more of them, each with a bound on time and memory.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { peakBytes } from '../main/engine/runtime/peak-memory.ts'
import { endParquetReader } from '../test/support/parquet-reader.ts'
import { root } from './support/paths.ts'
import { type Bench, target } from './support/result.ts'

/** What a module of test/fuzz exports: cases, and a check that throws where one is not handled. */
interface Fuzzed {
  readonly name: string
  readonly cases: fc.Arbitrary<unknown>
  check(value: unknown): void | Promise<void>
}

const folder = join(root, 'test/fuzz')
const cases = { full: 100_000, quick: 200 } as const

async function modules(): Promise<Fuzzed[]> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'))
  const loaded = await Promise.all(files.map((file) => import(pathToFileURL(join(folder, file)).href)))
  return loaded.flatMap((exported: object) => Object.values(exported).filter(isFuzzed))
}

const isFuzzed = (value: unknown): value is Fuzzed =>
  typeof value === 'object' && value !== null && 'cases' in value && 'check' in value && 'name' in value

interface Outcome {
  readonly name: string
  readonly cases: number
  readonly seconds: number
  /** Milliseconds of the slowest case. */
  readonly slowest: number
  /** The smallest case that was not handled, and how to have it again. */
  readonly failure: string | undefined
}

async function fuzz({ name, cases: arbitrary, check }: Fuzzed, count: number, seed: number): Promise<Outcome> {
  let slowest = 0
  const began = performance.now()
  const property = fc.asyncProperty(arbitrary, async (value) => {
    const start = performance.now()
    await check(value)
    slowest = Math.max(slowest, performance.now() - start)
  })
  const { failed, numRuns } = await fc.check(property, { numRuns: count, seed }).then((details) => ({
    failed: details.failed ? fc.defaultReportMessage(details) : undefined,
    numRuns: details.numRuns,
  }))
  const seconds = (performance.now() - began) / 1000
  return { name, cases: numRuns, seconds, slowest, failure: failed }
}

export const fuzzBench: Bench = async ({ quick, say }) => {
  const all = await modules()
  const count = Math.ceil(cases[quick ? 'quick' : 'full'] / all.length)
  const seed = Date.now() & 0x7fffffff
  const outcomes: Outcome[] = []
  for (const each of all) {
    const outcome = await fuzz(each, count, seed)
    say(`${outcome.name}: ${String(outcome.cases)} cases in ${outcome.seconds.toFixed(0)} s`)
    if (outcome.failure !== undefined) say(outcome.failure)
    outcomes.push(outcome)
  }
  endParquetReader()
  const total = outcomes.reduce((sum, { cases: some }) => sum + some, 0)
  const unhandled = outcomes.filter(({ failure }) => failure !== undefined)
  const memory = peakBytes(process.pid) / 2 ** 20
  return {
    title: `Fuzzing: ${total.toLocaleString('en')} cases`,
    method:
      'Each kind of input is generated, written in the ways that files and frames of it come in, and then mutated (modules of test/fuzz). ' +
      'A case is handled where it is read, or refused by a sentence of the catalogue, within the bounds that its module states, and where no ' +
      `fewer rows are read than are said. Random seed ${String(seed)}. Peak memory is VmHWM of the process.`,
    table: {
      columns: ['input', 'cases', 's', 'slowest case ms', 'unhandled'],
      rows: outcomes.map(({ name, cases: some, seconds, slowest, failure }) => [
        name,
        some.toLocaleString('en'),
        seconds.toFixed(0),
        slowest.toFixed(0),
        failure === undefined ? 'none' : 'yes',
      ]),
    },
    targets: [
      target('cases that were not handled', unhandled.length, '<=', 0),
      target('cases', total, '>=', cases[quick ? 'quick' : 'full']),
      target('peak memory', memory, '<=', 4096, ' MiB'),
    ],
    doubts: [],
    figures: { seed, outcomes, memory },
  }
}
