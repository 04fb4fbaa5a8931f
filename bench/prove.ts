// `npm run prove [name...] [--quick] [--idle MINUTES]`: runs the long proofs, all or those named, and writes what they found.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { results } from './support/paths.ts'
import { accuracy } from './accuracy.ts'
import { adapters } from './adapters.ts'
import { baselines } from './baselines.ts'
import { calibrateBench } from './calibrate.ts'
import { duel } from './duel.ts'
import { forecastBench } from './forecast.ts'
import { full } from './full.ts'
import { fuzzBench } from './fuzz.ts'
import { label } from './label.ts'
import { llamaServer } from './llama-server.ts'
import { loadBench } from './load.ts'
import { methods } from './methods.ts'
import { million } from './million.ts'
import { modesBench } from './modes.ts'
import { parity } from './parity.ts'
import { profile } from './profile.ts'
import { save, stamped, summary } from './support/report.ts'
import type { Bench, BenchOptions } from './support/result.ts'
import { recovery } from './recovery.ts'
import { scale } from './scale.ts'
import { serveBench } from './serve.ts'
import { soak } from './soak.ts'
import { startup } from './startup.ts'
import { step } from './step.ts'
import { sweepBench } from './sweep.ts'
import { trec } from './trec.ts'
import { whole } from './whole.ts'

const benches: Readonly<Record<string, Bench>> = {
  step,
  modes: modesBench,
  adapters,
  'llama-server': llamaServer,
  whole,
  startup,
  profile,
  forecast: forecastBench,
  trec,
  methods,
  baselines,
  calibrate: calibrateBench,
  full,
  duel,
  sweep: sweepBench,
  label,
  serve: serveBench,
  load: loadBench,
  accuracy,
  parity,
  recovery,
  million,
  fuzz: fuzzBench,
  scale,
  soak,
}

type Chosen = Omit<BenchOptions, 'say'>

/** Runs one bench; true when it finished without doubts and met every target. */
async function prove(name: string, bench: Bench, folder: string, options: Chosen): Promise<boolean> {
  const { quick } = options
  const began = performance.now()
  try {
    const findings = await bench({ ...options, say: (line) => process.stderr.write(`${line}\n`) })
    save(folder, stamped(name, findings, (performance.now() - began) / 1000, quick))
    console.log(`\n${summary(findings)}\n${quick ? 'A quick run: its figures say nothing.\n' : ''}`)
    return quick || (findings.doubts.length === 0 && findings.targets.every(({ met }) => met))
  } catch (error) {
    console.error(`${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    return false
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean' }, idle: { type: 'string' } },
})
const quick = values.quick === true
const options: Chosen = { quick, idleMinutes: values.idle === undefined ? undefined : Number(values.idle) }
const unknown = positionals.filter((name) => !(name in benches))
if (unknown.length > 0) {
  console.error(`There is no proof "${unknown.join('", "')}". Choose among: ${Object.keys(benches).join(', ')}.`)
  process.exitCode = 1
} else {
  // A quick run must not overwrite results that say something.
  const folder = quick ? mkdtempSync(join(tmpdir(), 'softprompt-quick-')) : results
  const failed: string[] = []
  for (const [name, bench] of Object.entries(benches)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue
    if (!(await prove(name, bench, folder, options))) failed.push(name)
  }
  console.log(`Results: ${folder}`)
  if (failed.length > 0) console.error(`Not proved: ${failed.join(', ')}.`)
  process.exitCode = failed.length > 0 ? 1 : 0
}
