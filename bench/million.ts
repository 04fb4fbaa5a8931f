// A million rows through the real service in its real host: how long each thing takes, and how long others wait meanwhile.
import { percent } from '../main/contract/numbers.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { chromium } from '@playwright/test'
import { peakBytes } from '../main/engine/runtime/peak-memory.ts'
import { openHome } from '../main/service/home/home.ts'
import { createService } from '../main/service/service.ts'
import { browserPath } from '../test/e2e/support/browser.ts'
import { prepareStudio, spawnFake, watchRun } from '../test/support/fake-studio.ts'
import { writeRows } from '../test/support/make-rows.ts'
import { startHost, studioOf } from './support/host.ts'
import { load, planning } from './support/load.ts'
import { othersShare } from './support/machine.ts'
import { patience } from './support/patience.ts'
import { type Bench, type BenchOptions, target } from './support/result.ts'
import { addGraded, compare } from './support/results.ts'

const sizes = {
  full: { rows: 1_000_000, planned: 3_000_000, runs: 200, starts: 5, configurations: 96, graded: 2000 },
  quick: { rows: 2000, planned: 3000, runs: 2, starts: 1, configurations: 4, graded: 50 },
} as const
type Sizes = (typeof sizes)[keyof typeof sizes]

interface Stage {
  readonly what: string
  readonly seconds: number
  /** Milliseconds that the slowest of other small calls took meanwhile. */
  readonly waited: number
}

/** The run and the sweep whose results are looked at, and the model of all runs. */
interface Filled {
  readonly run: string
  readonly sweep: string
  readonly model: string
  /** The name of the run that was begun last, which the first screen shows. */
  readonly latest: string
}

/** Adds finished runs and a sweep of a fake engine: their records in the store are real. */
async function fillWithRuns(home: string, folder: string, sizes: Sizes): Promise<Filled> {
  const { runs, configurations, graded } = sizes
  const service = await createService({ home: openHome(home), spawn: spawnFake, threads: 1 })
  const settings = { steps: 10, tokens: 2, validateEvery: 5, init: 'random' } as const
  const inputs = await prepareStudio(service, folder)
  for (let run = 1; run <= runs; run++) {
    await service.call('runs.start', { ...inputs, name: `Run ${String(run)}`, settings: { ...settings, seed: run } })
    await watchRun(service, `Run ${String(run)}`)
  }
  const { model, ...table } = inputs
  // A setting takes twelve values at most.
  const rates = Math.min(12, configurations / 2)
  const learningRate = Array.from({ length: rates }, (_, i) => 0.01 + i / 1000)
  const vary = { tokens: Array.from({ length: configurations / rates }, (_, i) => i + 1), learningRate }
  const swept = { ...table, models: [model], settings, vary, seeds: 1, halving: false }
  const { name: sweep } = await service.call('sweeps.start', swept)
  await service.call('sweeps.watch', { sweep })
  const shown = await service.call('sweeps.show', { sweep })
  await service.close()
  const sweptRuns = shown.configurations.flatMap((each) => each.runs.flatMap(({ run }) => run ?? []))
  await addGraded(home, ['Run 1', ...sweptRuns], graded)
  return { run: 'Run 1', sweep, model, latest: `${sweep}.${String(configurations)}` }
}

/** Stages, and the host's largest memory in bytes. */
async function measureLoad(home: string, csv: string, rows: number, filled: Filled, say: BenchOptions['say']) {
  const host = await startHost(home)
  const [studio, prober] = [await studioOf(home), await studioOf(home)]
  const stages: Stage[] = []
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const { result, seconds, waited } = await patience(prober, work)
    stages.push({ what, seconds, waited })
    say(`${what}: ${seconds.toFixed(2)} s; others waited ${waited.toFixed(0)} ms at most`)
    return result
  }
  const dataset = await load(studio, csv, rows, timed)
  await planning(studio, dataset, filled.model, timed)
  await compare(studio, filled, timed)
  const memory = peakBytes(host.pid)
  await Promise.all([studio.close(), prober.close()])
  await host.end()
  return { stages, memory, dataset }
}

/** Plans a run on a table that is larger still. */
async function measurePlan(home: string, csv: string, rows: number, model: string, say: BenchOptions['say']) {
  await writeRows(csv, rows)
  const host = await startHost(home)
  const [studio, prober] = [await studioOf(home), await studioOf(home)]
  const { dataset } = await studio.call('data.import', { path: csv })
  const stages: Stage[] = []
  await planning(studio, dataset, model, async (what, work) => {
    const { result, seconds, waited } = await patience(prober, work)
    const named = `${what}, ${rows.toLocaleString('en')} rows`
    stages.push({ what: named, seconds, waited })
    say(`${named}: ${seconds.toFixed(2)} s; others waited ${waited.toFixed(0)} ms at most`)
    return result
  })
  await Promise.all([studio.close(), prober.close()])
  await host.end()
  return stages
}

/** Removing a million rows answers at once; the rows are deleted in pieces afterwards. */
async function measureRemoval(home: string, dataset: number, say: BenchOptions['say']): Promise<Stage> {
  const host = await startHost(home)
  const [studio, prober] = [await studioOf(home), await studioOf(home)]
  let seconds = 0
  const { waited } = await patience(prober, async () => {
    const began = performance.now()
    await studio.call('trash.delete', { datasets: [dataset] })
    seconds = (performance.now() - began) / 1000
    await setTimeout(5000)
  })
  say(`removal: ${seconds.toFixed(2)} s; others waited ${waited.toFixed(0)} ms at most`)
  await Promise.all([studio.close(), prober.close()])
  await host.end()
  return { what: 'remove the data set (and 5 s after that)', seconds, waited }
}

/** Seconds from starting the host to its first screen, with what the store holds on it, in a browser that is open. */
async function measureStarts(home: string, hash: string, shown: string, starts: number): Promise<number[]> {
  const executablePath = browserPath()
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
  try {
    const seconds: number[] = []
    for (let start = 0; start < starts; start++) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
      const page = await context.newPage()
      const began = performance.now()
      const host = await startHost(home)
      await page.goto(host.url + hash, { waitUntil: 'commit' })
      await page.getByText(shown).first().waitFor()
      seconds.push((performance.now() - began) / 1000)
      await context.close()
      await host.end()
    }
    return seconds
  } finally {
    await browser.close()
  }
}

export const million: Bench = async ({ quick, say }) => {
  const size = sizes[quick ? 'quick' : 'full']
  const { rows, runs, starts, planned } = size
  const folder = mkdtempSync(join(tmpdir(), 'softprompt-million-'))
  try {
    const busy = await othersShare()
    const [home, csv] = [join(folder, 'home'), join(folder, 'rows.csv')]
    const filled = await fillWithRuns(home, folder, size)
    say(`${String(runs)} runs are stored.`)
    await writeRows(csv, rows)
    const { stages, memory, dataset } = await measureLoad(home, csv, rows, filled, say)
    const first = await measureStarts(home, '#/', filled.latest, starts)
    const opened = await measureStarts(home, `#/data/${String(dataset)}/rows`, 'number 1', starts)
    say(`Start to first screen: ${first.map((each) => each.toFixed(2)).join(', ')} s`)
    const removal = await measureRemoval(home, dataset, say)
    const plans = await measurePlan(home, join(folder, 'more.csv'), planned, filled.model, say)
    const all = [...stages, removal, ...plans]
    const longest = Math.max(...all.map(({ waited }) => waited))
    const rowOf = ({ what, seconds, waited }: Stage): string[] => [what, seconds.toFixed(2), waited.toFixed(0)]
    const start = (what: string, seconds: readonly number[]): string[] => [what, Math.max(...seconds).toFixed(2), '–']
    return {
      title: `${rows.toLocaleString('en')} rows, and ${String(runs)} runs`,
      method:
        `A CSV of ${rows.toLocaleString('en')} rows goes through the service in the browser host, over its socket. Meanwhile another client calls ` +
        'for the preferences, which are read from the database, every 10 ms: "others waited" is the longest that one such answer took. A start is ' +
        `from spawning the host to its screen with what is stored on it, in a Chromium that is open; the slowest of ${String(starts)}. ` +
        'Peak memory is VmHWM of the host, service included.',
      table: {
        columns: ['what', 's', 'others waited ms'],
        rows: [
          ...all.map(rowOf),
          start('start to the first screen', first),
          start('start to the rows on screen', opened),
          ['peak memory, MiB', (memory / 2 ** 20).toFixed(0), '–'],
        ],
      },
      targets: [
        target('longest wait of others', longest, '<=', 50, ' ms'),
        target('start to the first screen', Math.max(...first), '<=', 2, ' s'),
      ],
      doubts: busy > 0.15 ? [`other programs used ${percent(busy)} of the computer before it began`] : [],
      figures: { stages: all, first, opened, memory },
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
