// Stored results that are as large as they get: answers graded between right and wrong, and a sweep of many configurations.
import type { Evaluation } from '../../main/contract/compute.ts'
import type { Studio } from '../../main/contract/service.ts'
import { createRandom } from '../../main/engine/random.ts'
import { openStore } from '../../main/engine/store/store.ts'
import { openHome } from '../../main/service/home/home.ts'

const subjects = ['tuned prompt', 'no prompt'] as const

/** Answers of so many rows, graded by chance. */
function graded(subject: (typeof subjects)[number], rows: number, seed: number): Evaluation {
  const random = createRandom(seed)
  const shared = { label: 'billing', predicted: 'delivery', logProbabilities: [] }
  const answers = Array.from({ length: rows }, (_, row) => ({ row, ...shared, metrics: { accuracy: random.next() } }))
  return { subject, headline: 'accuracy', metrics: { accuracy: 0.5 }, rows: answers }
}

/** Adds graded answers to the runs with these names, over what was evaluated of them. The home's service must be closed. */
export async function addGraded(home: string, runs: readonly string[], rows: number): Promise<void> {
  const store = await openStore(openHome(home).database)
  try {
    for (const [i, name] of runs.entries()) {
      const run = await store.runs.find(name)
      if (!run) throw new Error(`there is no run ${name}`)
      const evaluated = { run: run.id, dataset: run.dataset, version: run.version }
      for (const [j, subject] of subjects.entries())
        await store.transaction((tables) => tables.evaluations.add(evaluated, graded(subject, rows, 2 * i + j)))
    }
  } finally {
    await store.close()
  }
}

/** Looks at them as the window does. */
export async function compare(
  { call }: Studio,
  { run, sweep }: { readonly run: string; readonly sweep: string },
  timed: <T>(what: string, work: () => Promise<T>) => Promise<T>,
): Promise<void> {
  await timed('verdict over graded answers', () => call('runs.verdict', { run }))
  await timed('answers that changed', () => call('runs.flips', { run }))
  await timed('report', () => call('runs.report', { runs: [run] }))
  const { configurations } = await timed('sweep with all its configurations', () => call('sweeps.show', { sweep }))
  if (configurations.some(({ test }) => test === undefined)) throw new Error('a configuration was not evaluated')
}
