// A home that an old version made opens: its runs are there with their figures, and what was stopped goes on to the same curve.
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { baselineNames, type RivalName, type Subject } from '../../../main/contract/records.ts'
import type { Studio } from '../../../main/contract/service.ts'
import { forkCompute } from '../../../main/service/compute/child.ts'
import { openHome } from '../../../main/service/home/home.ts'
import { createService } from '../../../main/service/service.ts'
import { watchRun } from '../../support/fake-studio.ts'
import { type OldAnswers, classifiedText, oldPromptFile, unpackOldHome } from '../../support/old-home.ts'
import { asRecorded, today } from '../../support/old-names.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const compute = forkCompute(fileURLToPath(new URL('../../../main/compute/main.ts', import.meta.url)))

/**
 * Relative. Another processor rounds its sums otherwise, and AdamW carries that on: with weights that differ by 3e-7, no
 * figure of these curves moved by more than 7e-6.
 */
const tolerance = 1e-4

async function open(): Promise<{ readonly service: Studio; readonly old: OldAnswers }> {
  const { home, old } = unpackOldHome(temporaryFolder())
  const service = await createService({ home: openHome(home), spawn: compute, threads: 1 })
  onTestFinished(() => service.close())
  return { service, old: today(old) }
}

/** The old version knew no baselines: what is resumed today is compared with them as well. */
const known = <E extends { readonly subject: Subject }>(evaluations: readonly E[]): E[] =>
  evaluations.filter(({ subject }) => !(baselineNames as readonly Subject[]).includes(subject))

/** A run's page; how long a step took is of no interest. */
async function show(service: Studio, run: string): Promise<unknown> {
  const { steps, evaluations, ...shown } = await service.call('runs.show', { run })
  return { ...shown, evaluations: known(evaluations), steps: steps.map(({ milliseconds: _, ...step }) => step) }
}

/** What came of a finished run, beside the rival that the old version knew. */
async function outcome(service: Studio, run: string, rival?: RivalName): Promise<unknown> {
  const { remark: _, ...verdict } = await service.call('runs.verdict', { run, ...(rival ? { rival } : {}) })
  return { metrics: known(await service.call('runs.metrics', { run })), verdict }
}

/** What differs from one time to another, and from one computer to another. */
const passing = new Set(['id', 'createdAt', 'endedAt', 'notes', 'measures'])

/** Places where two answers differ by more than the tolerance. */
function differences(found: unknown, expected: unknown, place = ''): string[] {
  if (passing.has(place.slice(place.lastIndexOf('.') + 1))) return []
  if (typeof found === 'number' && typeof expected === 'number')
    return Math.abs(found - expected) <= tolerance * Math.abs(expected)
      ? []
      : [`${place}: ${String(found)}, not ${String(expected)}`]
  if (typeof found !== 'object' || typeof expected !== 'object' || found === null || expected === null)
    return found === expected ? [] : [`${place}: ${String(found)}, not ${String(expected)}`]
  const entries = { ...found, ...expected }
  const [a, b] = [new Map(Object.entries(found)), new Map(Object.entries(expected))]
  return Object.keys(entries).flatMap((key) => differences(a.get(key), b.get(key), `${place}.${key}`))
}

describe('the home of an old version', () => {
  it('shows its runs, each with its figures, its curve, its notes and tags', async () => {
    const { service, old } = await open()
    expect(asRecorded(await service.call('runs.list', {}))).toEqual(old.runs)
    for (const [run, { show: shown }] of Object.entries(old.byRun))
      expect(asRecorded(await show(service, run)), run).toEqual(shown)
  })

  it('measures its finished runs as before', async () => {
    const { service, old } = await open()
    for (const [run, { metrics, verdict }] of Object.entries(old.byRun))
      if (metrics) expect(asRecorded(await outcome(service, run)), run).toEqual({ metrics, verdict })
  })

  it('shows its sweeps, its prompts and what was chosen for the studio', async () => {
    const { service, old } = await open()
    const sweeps = ['sweep', 'paused sweep'].map((sweep) => service.call('sweeps.show', { sweep }))
    expect(asRecorded(await Promise.all(sweeps))).toEqual(old.sweeps)
    expect(asRecorded(await service.call('prompts.list', {}))).toEqual(old.prompts)
    expect(await service.call('studio.preferences', {})).toEqual(old.preferences)
  })

  it('answers with its prompts, and opens a file of one', async () => {
    const { service, old } = await open()
    const { labels: classified } = await service.call('classify', { run: 'labels f16', text: classifiedText })
    expect(differences(classified, old.classified)).toEqual([])
    const opened = old.prompts.find(({ name }) => name === 'labels prompt 2')
    await service.call('trash.delete', { names: ['labels prompt 2'] })
    const again = await service.call('prompts.open', { path: oldPromptFile })
    // Cross-validation is younger.
    const { folds, ...settings } = again.settings
    expect([folds, differences(asRecorded({ ...again, settings }), opened)]).toEqual([0, []])
  })

  it.each(['stopped', 'stopped f16'])('resumes a run to the same curve: %s', async (run) => {
    const { service, old } = await open()
    const { show: before } = old.byRun[run]!
    const { show: after, ...came } = old.resumed.runs[run]!
    await service.call('runs.resume', { run })
    const events = await watchRun(service, run)
    // It goes on behind its checkpoint, not from its start.
    expect(events.find(({ event }) => event === 'step')).toMatchObject({ step: before.checkpoint + 1 })
    expect(differences(asRecorded(await show(service, run)), after)).toEqual([])
    const { rival } = came.verdict as { readonly rival: RivalName }
    expect(differences(asRecorded(await outcome(service, run, rival)), came)).toEqual([])
  })

  it('resumes a sweep to the same end', async () => {
    const { service, old } = await open()
    await service.call('sweeps.resume', { sweep: 'paused sweep' })
    await service.call('sweeps.watch', { sweep: 'paused sweep' })
    const sweep = await service.call('sweeps.show', { sweep: 'paused sweep' })
    expect(differences(asRecorded(sweep), old.resumed.sweep)).toEqual([])
  })
})
