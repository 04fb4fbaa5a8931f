// A million rows through the real service: how long everything takes, and how long it keeps others waiting. node test/load/million.ts [ROWS]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { peakBytes } from '../../main/compute/peak.ts'
import type { DataQuery, Studio } from '../../main/contract/service.ts'
import { openHome } from '../../main/service/home.ts'
import { createService } from '../../main/service/service.ts'
import { spawnFake } from '../support/fake-studio.ts'
import { writeRows } from '../support/make-rows.ts'

export interface Stage {
  readonly what: string
  readonly seconds: number
  /** The longest time that the service answered nobody, milliseconds. */
  readonly held: number
}

export interface Load {
  readonly rows: number
  readonly stages: readonly Stage[]
  /** Bytes that the process held at most. */
  readonly memory: number
}

const RELABELLED = 100_000
const all: DataQuery = { search: '', filters: [], states: ['used', 'excluded'] }

/** Imports, profiles, views, changes and takes back; throws where an answer is wrong. */
export async function load(rows: number, say: (line: string) => void): Promise<Load> {
  const folder = mkdtempSync(join(tmpdir(), 'softprompt-load-'))
  const path = join(folder, 'rows.csv')
  const options = { home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 }
  const stages: Stage[] = []
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const began = performance.now()
    const result = await work()
    const seconds = (performance.now() - began) / 1000
    delay.disable()
    const held = delay.count > 0 ? delay.max / 1e6 : 1000 * seconds
    stages.push({ what, seconds, held })
    say(`${what}: ${seconds.toFixed(2)} s, held up for ${held.toFixed(0)} ms at most`)
    return result
  }
  try {
    await writeRows(path, rows)
    const service = await createService(options)
    await journey(service, path, rows, timed)
    await service.close()
    const again = await timed('start with these rows stored', () => createService(options))
    await timed('list of data sets after the start', () => again.call('data.list', {}))
    await again.close()
    return { rows, stages, memory: peakBytes() }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function journey(
  { call }: Studio,
  path: string,
  rows: number,
  timed: <T>(what: string, work: () => Promise<T>) => Promise<T>,
): Promise<void> {
  const { dataset } = await timed('import', () => call('data.import', { path }))
  const view = (what: string, query: Partial<DataQuery>) =>
    timed(what, () => call('data.view', { dataset, query: { ...all, ...query } }))
  const page = (what: string, id: number, from: number) =>
    timed(what, () => call('data.page', { view: id, from, count: 100 }))

  await timed('profile', () => call('data.profile', { dataset, version: 1 }))
  const whole = await view('view of all', {})
  check(whole.total, rows, 'rows in view')
  await page('a page at the end', whole.view, rows - 100)
  check((await view('search', { search: 'LIGHTHOUSE' })).total, Math.floor(rows / 1000), 'rows found')
  await view('filter by answer', { filters: [{ kind: 'label', values: ['praise'] }] })
  const sorted = await view('sort by text', { sort: { by: { kind: 'column', column: 'text' }, descending: true } })
  await page('a page of the sorted rows', sorted.view, rows / 2)

  const cell = { kind: 'cell', column: 'label', value: 'mended' } as const
  await timed('edit of a cell', () =>
    call('data.change', { dataset, target: { by: 'rows', rows: [rows / 2] }, change: cell }),
  )
  const many = Math.min(RELABELLED, rows)
  const target = { by: 'view', view: whole.view, from: 0, to: many - 1 } as const
  await timed(`relabel of ${many.toLocaleString('en')} rows`, () =>
    call('data.change', { dataset, target, change: cell }),
  )
  const mended = { filters: [{ kind: 'label' as const, values: ['mended'] }] }
  const expected = many + (rows / 2 > many ? 1 : 0)
  check((await view('filter by the new answer', mended)).total, expected, 'rows relabelled')
  await timed('compare of the two versions', () =>
    call('data.compare', { dataset, from: 2, to: 3, offset: 0, count: 100 }),
  )
  await timed('undo', () => call('data.undo', { dataset }))
  check((await view('filter once more', mended)).total, 1, 'rows still relabelled')
  await timed('redo', () => call('data.redo', { dataset }))
  await timed('exclude of all', () =>
    call('data.change', {
      dataset,
      target: { ...target, to: rows - 1 },
      change: { kind: 'state', state: 'excluded' },
    }),
  )
  check((await call('data.show', { dataset })).excluded, rows, 'rows excluded')
  await timed('undo of that', () => call('data.undo', { dataset }))
  check((await call('data.show', { dataset })).rows, rows, 'rows back in use')
}

function check(got: number, wanted: number, what: string): void {
  if (got !== wanted) throw new Error(`${String(got)} ${what}, not ${String(wanted)}`)
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { memory } = await load(Number(process.argv[2] ?? 1_000_000), (line) => {
    console.log(line)
  })
  console.log(`Peak memory: ${(memory / 2 ** 20).toFixed(0)} MiB`)
}
