// A report for whoever helps with a problem: versions, hardware, counts and error codes; no rows, texts, names or paths.
import { availableParallelism, arch, release, type } from 'node:os'
import type { RunState } from '../../contract/records.ts'
import { freeMemory, totalMemory } from '../../engine/runtime/machine-memory.ts'
import type { ServiceContext } from '../context.ts'
import { checksOf } from './hardware.ts'
import { studioVersion } from '../../contract/version.ts'
import { packageVersion } from './version.ts'

type Lines = readonly (readonly [what: string, value: string | number])[]

/** Everything in it is a number, a version, or a word from a list of the studio's own. */
export async function diagnosticsOf(context: ServiceContext): Promise<string> {
  const { store, failures } = context
  const [runs, models, datasets, notes, checks, preferences, configs] = await Promise.all([
    store.runs.list(),
    store.models.list(),
    store.datasets.count(),
    store.notes.counts(),
    checksOf(context),
    store.preferences.get(),
    store.models.configs(),
  ])
  const states: Partial<Record<RunState, number>> = {}
  for (const { state } of runs) states[state] = (states[state] ?? 0) + 1
  const sections: readonly (readonly [title: string, lines: Lines])[] = [
    [
      'Versions',
      [
        ['studio', studioVersion],
        ['node', process.versions.node],
        ['sqlite package', packageVersion('better-sqlite3')],
        ['onnxruntime-node', packageVersion('onnxruntime-node')],
      ],
    ],
    [
      'Computer',
      [
        ['system', `${type()} ${release()} ${arch()}`],
        ['cores', availableParallelism()],
        ['memory', totalMemory()],
        ['free memory', freeMemory()],
        ['service memory', process.memoryUsage.rss()],
        ['service seconds', Math.round(process.uptime())],
      ],
    ],
    ['Hardware for computing', checks.map(({ name, state }) => [name, state])],
    ['Models', models.map(({ id, family }) => [String(id), `${family}, ${String(configs.get(id)?.layers)} layers`])],
    ['Data sets', [['count', datasets]]],
    ['Runs', Object.entries(states)],
    ['Remarks of runs', notes.map(({ code, count }) => [code, count])],
    ['Last errors', failures.map(({ at, method, code }) => [at, `${method}: ${code}`])],
    ['Choices', [['network', preferences.network ? 'allowed' : 'forbidden']]],
  ]
  const blocks = sections.map(([title, lines]) =>
    [title, ...(lines.length === 0 ? ['  none'] : lines.map(([what, value]) => `  ${what}: ${String(value)}`))].join(
      '\n',
    ),
  )
  return `Softprompt Studio diagnostics, ${new Date().toISOString()}\n\n${blocks.join('\n\n')}\n`
}
