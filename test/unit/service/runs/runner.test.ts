// A database that cannot be written ends a run with a line in the log, and the next one's turn comes.
import { expect, it } from 'vitest'
import type { RunRecord } from '../../../../main/contract/records.ts'
import type { Store } from '../../../../main/engine/store/store.ts'
import { createRunner } from '../../../../main/service/runs/runner.ts'

it('logs what it cannot write, and goes on', async () => {
  const logged: string[] = []
  const refuse = () => Promise.reject(new Error('database is read-only'))
  const runner = createRunner({
    store: { runs: { setState: refuse, settle: refuse } } as unknown as Store,
    spawn: () => {
      throw new Error('nothing to compute')
    },
    threads: 1,
    home: { texts: '', runs: '', models: '', cache: '' },
    retries: 0,
    changed: () => undefined,
    failedUnattended: (work, error) => logged.push(`${work}: ${String(error)}`),
  })
  for (const id of [1, 2]) runner.take({ id, name: `run-${String(id)}` } as RunRecord)
  await Promise.all([1, 2].map((id) => runner.watch(id, () => undefined)))
  // Neither that it runs nor that it failed could be written.
  expect(logged).toEqual(Array.from({ length: 4 }, () => 'run: Error: database is read-only'))
  expect(runner.isActive(1) || runner.isActive(2)).toBe(false)
})
