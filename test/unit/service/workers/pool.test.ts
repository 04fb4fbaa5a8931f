// Worker processes read the open database, pass errors on as they are, and end when nobody waits for them.
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStore } from '../../../../main/engine/store/store.ts'
import { createWorkers } from '../../../../main/service/workers/pool.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

async function open(rows: number) {
  const path = join(temporaryFolder(), 'studio.db')
  const store = await openStore(path)
  const workers = createWorkers(path)
  onTestFinished(async () => {
    workers.close()
    await store.close()
  })
  const { id } = await store.datasets.add({ name: 'mail', source: '', hash: 'h', columns: ['text', 'label'] })
  const version = await store.datasets.begin(id, { kind: 'import', description: 'Imported' })
  const label = (i: number) => ['billing', 'delivery'][i % 2] ?? ''
  const cells = (i: number) => [`message ${String(i)} is number ${String(i)} of them`, label(i)]
  await store.rows.insert(
    version,
    Array.from({ length: rows }, (_, row) => ({ row, cells: cells(row) })),
  )
  await store.datasets.complete(version, { used: rows, excluded: 0, trash: 0 })
  return { workers, source: { dataset: id, version: 1, text: 'text', label: 'label', settings: { folds: 0 } } }
}

describe('worker processes', () => {
  it('plan rows as they are in the database, also when it has changed', async () => {
    const { workers, source } = await open(100)
    const { split, labels, shape } = await workers.run('planRows', source)
    expect(labels).toEqual(['billing', 'delivery'])
    expect(split.train.length + split.validation.length + split.test.length).toBeLessThanOrEqual(100)
    expect(shape).toMatchObject({ rows: split.train.length, labels: 2 })
    expect(await workers.run('planRows', source)).toEqual({ ...(await workers.run('planRows', source)), split })
  })

  it('pass the studio’s errors on with their codes', async () => {
    const { workers, source } = await open(10)
    await expect(workers.run('verdict', { run: 'nobody' })).rejects.toMatchObject({ code: 'store/missing' })
    await expect(workers.run('planRows', { ...source, label: 'nowhere' })).rejects.toMatchObject({
      code: 'run/no-column',
    })
  })

  it('end what nobody waits for, and go on with the next', async () => {
    const { workers, source } = await open(3000)
    const leaving = new AbortController()
    const all = [1, 2, 3].map((seed) => workers.run('planRows', { ...source, settings: { seed } }, leaving.signal))
    leaving.abort()
    for (const each of all) await expect(each).rejects.toMatchObject({ code: 'run/cancelled' })
    await expect(workers.run('verdict', { run: 'nobody' })).rejects.toMatchObject({ code: 'store/missing' })
  })
})
