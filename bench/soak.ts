// Long use: hundreds of questions, many runs, then nothing for half an hour; memory, open files and the folder stay as they were.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Studio } from '../main/contract/service.ts'
import { bytesAt } from '../main/service/home/disk.ts'
import { writeRows } from '../test/support/make-rows.ts'
import { tinyFolder } from '../test/support/tiny.ts'
import { startHost, studioOf } from './support/host.ts'
import { type Bench, target } from './support/result.ts'
import { inScratch } from './support/scratch.ts'

interface Amounts {
  readonly questions: number
  readonly runs: number
  readonly idleMinutes: number
}

/** What is known of the studio's processes and folder at one moment; bytes. */
interface Sample {
  readonly when: string
  readonly service: number
  readonly compute: number
  readonly computing: number
  readonly files: number
  readonly home: number
}

const full: Amounts = { questions: 500, runs: 20, idleMinutes: 30 }
const little: Amounts = { questions: 20, runs: 2, idleMinutes: 0.1 }

/** Bytes by which a process may grow between the first and the last fifth of equal work: what a collection leaves or takes. */
const GROWTH = 24e6
/** Bytes by which the folder may be larger after all runs are removed: notes of the service's own. */
const LEFT = 1e6

const MB = 1e6

export const soak: Bench = ({ quick, say, idleMinutes }) =>
  inScratch(async (folder) => {
    const amounts = quick ? little : { ...full, ...(idleMinutes === undefined ? {} : { idleMinutes }) }
    const home = join(folder, 'home')
    const host = await startHost(home)
    const studio = await studioOf(home)
    try {
      const samples = await use(studio, folder, amounts, async (when) => {
        const sample = { when, ...processesOf(host.pid), home: await bytesAt(home) }
        say(`${when}: ${shown(sample).slice(1).join(', ')}`)
        return sample
      })
      return findings(samples, amounts)
    } finally {
      await studio.close()
      await host.end()
    }
  })

/** Does the work, and looks before, within and after each part of it. */
async function use(
  studio: Studio,
  folder: string,
  { questions, runs, idleMinutes }: Amounts,
  look: (when: string) => Promise<Sample>,
): Promise<Sample[]> {
  const start = await prepare(studio, folder)
  const samples: Sample[] = []
  const sample = async (when: string): Promise<void> => void samples.push(await look(when))
  await start('first')
  for (let number = 1; number <= questions; number++) {
    await ask(studio, number)
    if (number % Math.ceil(questions / 10) === 0) await sample(`question ${String(number)}`)
  }
  for (let number = 1; number <= runs; number++) {
    await start(`soak ${String(number)}`)
    await studio.call('runs.discard', { run: `soak ${String(number)}` })
    if (number % Math.ceil(runs / 10) === 0) await sample(`run ${String(number)}`)
  }
  await sample('before idling')
  await setTimeout(idleMinutes * 60_000)
  await sample(`after ${String(idleMinutes)} idle minutes`)
  return samples
}

/** A data set and a tiny model; gives what tunes a run of that name to its end. */
async function prepare(studio: Studio, folder: string): Promise<(name: string) => Promise<void>> {
  const table = join(folder, 'rows.csv')
  await writeRows(table, 300)
  const { dataset, version } = await studio.call('data.import', { path: table })
  const model = await studio.call('models.add', { path: tinyFolder('llama'), name: 'tiny' })
  const settings = { steps: 30, tokens: 4, validateEvery: 10, duel: false } as const
  return async (name) => {
    const base = { name, model: model.name, dataset, version, text: 'text', label: 'label', test: 60, settings }
    await studio.call('runs.start', base)
    const { state, error } = await studio.call('runs.watch', { run: name })
    if (state !== 'finished') throw new Error(`Run ${name} is ${state}: ${error ?? ''}`)
  }
}

/** Every other question is one for the likelihoods of the labels. */
async function ask(studio: Studio, number: number): Promise<void> {
  const question = { run: 'first', text: `the parcel came late, number ${String(number)}` }
  if (number % 2 === 0) await studio.call('classify', question)
  else await studio.call('try', { ...question, sampling: { temperature: 0, topP: 1, maxNewTokens: 8, seed: 0 } })
}

/** Memory and open files of the host and of the compute processes that are its children. Linux tells them under /proc. */
function processesOf(host: number): Omit<Sample, 'when' | 'home'> {
  const children = readFileSync(`/proc/${String(host)}/task/${String(host)}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
  const computing = children.map(Number).filter((pid) => existsSync(`/proc/${String(pid)}/status`))
  return {
    service: residentOf(host),
    compute: computing.reduce((sum, pid) => sum + residentOf(pid), 0),
    computing: computing.length,
    files: readdirSync(`/proc/${String(host)}/fd`).length,
  }
}

const residentOf = (pid: number): number =>
  1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1] ?? 0)

const shown = ({ when, service, compute, computing, files, home }: Sample): string[] => [
  when,
  `${(service / MB).toFixed(0)} MB`,
  `${(compute / MB).toFixed(0)} MB in ${String(computing)}`,
  String(files),
  `${(home / MB).toFixed(1)} MB`,
]

function findings(samples: readonly Sample[], { questions, runs, idleMinutes }: Amounts) {
  const part = (word: string): readonly Sample[] => samples.filter(({ when }) => when.startsWith(word))
  /** From the second of a part's samples, when everything is loaded, to its last. */
  const grown = (word: string, what: 'service' | 'compute' | 'files' | 'home'): number => {
    const looks = part(word)
    return (looks.at(-1)?.[what] ?? 0) - ((looks[1] ?? looks[0])?.[what] ?? 0)
  }
  const [idle] = part('after')
  const [before] = part('before')
  const growth = (word: string, what: 'service' | 'compute') =>
    target(`MB by which ${what} grew, ${word}s`, grown(word, what) / MB, '<=', GROWTH / MB)
  return {
    title: 'Long use',
    method:
      `A tiny Llama behind the browser host: ${String(questions)} questions in Try (every other one for the likelihoods of the labels), ${String(runs)} runs of 30 steps, ` +
      `each removed again, then ${String(idleMinutes)} minutes of nothing. Resident memory, open files of the service, and the folder's size, ten times in each part; growth is ` +
      `from the second look to the last. Flat: at most ${String(GROWTH / MB)} MB in a process, and ${String(LEFT / MB)} MB on disk.`,
    table: {
      columns: ['when', 'service', 'compute', 'open files', 'folder'],
      rows: samples.map(shown),
    },
    targets: [
      growth('question', 'service'),
      growth('question', 'compute'),
      growth('run', 'service'),
      target('open files more, questions and runs', (before?.files ?? 0) - (samples[0]?.files ?? 0), '<=', 2),
      target('MB of the folder more after the runs were removed', grown('run', 'home') / MB, '<=', LEFT / MB),
      target('MB by which service grew while idle', ((idle?.service ?? 0) - (before?.service ?? 0)) / MB, '<=', 4),
      // The process for Try stays for three minutes after its last answer.
      ...(idleMinutes > 4 ? [target('compute processes after idling', idle?.computing ?? 0, '<=', 0)] : []),
    ],
    doubts: [],
    figures: samples,
  }
}
