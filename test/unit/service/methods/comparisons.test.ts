// Methods compared on the same rows: the table that comes of it, the baselines in it, and what it says to take.
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ComparedRow, Input, MethodComparison } from '../../../../main/contract/service.ts'
import { openHome } from '../../../../main/service/home/home.ts'
import { keepChoice } from '../../../../main/service/runs/known-choices.ts'
import { createService } from '../../../../main/service/service.ts'
import { prepareStudio, quick, spawnFake } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

async function start() {
  const folder = temporaryFolder()
  const home = openHome(join(folder, 'home'))
  const service = await createService({ home, spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  const { model, ...table } = await prepareStudio(service, folder)
  const settings = { ...quick, validateEvery: 5 }
  const base = { ...table, models: [model], settings, seeds: 1, halving: false }
  const compared = async (own: Partial<Input<'sweeps.start'>>): Promise<MethodComparison> => {
    const { name } = await service.call('sweeps.start', { ...base, vary: {}, ...own })
    await service.call('sweeps.watch', { sweep: name })
    return service.call('comparisons.show', { sweep: name })
  }
  return { service, home, base, compared }
}

const methods = ['prefix-tuning', 'tail-ia3', 'prompt-tuning']

const nameOf = (row: ComparedRow): string => (row.kind === 'method' ? row.method : row.subject)
const method = ({ compared }: MethodComparison, name: string) => {
  const found = compared.find((row) => nameOf(row) === name)
  return found?.kind === 'method' ? found : undefined
}

describe('a comparison of methods', () => {
  it('has each of them with its figure, rank and costs, and the baselines behind, unordered where they are tied', async () => {
    const { service, compared } = await start()
    const found = await compared({ vary: { method: methods }, seeds: 2 })
    expect(found.compared.map((row) => [nameOf(row), row.rank])).toEqual([
      ...methods.map((name) => [name, [1, 3]]),
      ...['no prompt', 'hand-written prompt', 'word count', 'linear probe'].map((name) => [name, [4, 7]]),
    ])
    expect(found).toMatchObject({ headline: 'accuracy', rows: { train: 36, validation: 9, test: 15 } })
    const prefix = method(found, 'prefix-tuning')
    expect(prefix?.test?.mean).toBeCloseTo(14 / 15)
    expect(prefix?.runs.map(({ run, seed }) => [run, seed])).toEqual([
      ['sweep-1.1 seed 3', 3],
      ['sweep-1.1 seed 4', 4],
    ])
    expect(prefix?.measures).toMatchObject({ parameters: 8, fileBytes: 1032, peakBytes: 5e8, answerMilliseconds: 20 })
    expect(prefix?.measures?.seconds).toBeGreaterThan(0.25)
    // The lowest validation loss chooses between the seeds: the test set has no say.
    const losses = await Promise.all(
      (prefix?.runs ?? []).map(async ({ run = '' }) => {
        const { validations } = await service.call('runs.show', { run })
        return { run, loss: Math.min(...validations.map(({ loss }) => loss)) }
      }),
    )
    expect(prefix?.use).toBe(losses.toSorted((a, b) => a.loss - b.loss)[0]?.run)
    expect(methods.map((name) => method(found, name)?.targets)).toEqual([
      ['peft', 'bundle'],
      ['bundle'],
      ['peft', 'bundle'],
    ])
    expect(found.sentence).toBe(
      'Prefix tuning, tail IA3 and prompt tuning do equally well, as far as 15 test rows can tell (93.3 %); take tail IA3: the fastest answers.',
    )
    expect(found.take).toBe('tail-ia3')
  })

  it('says how far it is while it is under way, and takes nothing yet', async () => {
    const { service, base } = await start()
    const long = { ...base, settings: { ...base.settings, steps: 400 }, vary: { method: methods } }
    const { name } = await service.call('sweeps.start', long)
    const abort = new AbortController()
    await service
      .call('sweeps.watch', { sweep: name }, { signal: abort.signal, onEvent: () => abort.abort() })
      .catch(() => undefined)
    await service.call('sweeps.stop', { sweep: name })
    const found = await service.call('comparisons.show', { sweep: name })
    expect(found.sentence).toMatch(/^\d+ of 1200 steps are done\.$/)
    expect(found.take).toBeUndefined()
    expect(found.compared.map((row) => [nameOf(row), row.rank])).toEqual(methods.map((each) => [each, undefined]))
  })

  it('keeps the rows of methods that were stopped early or failed', async () => {
    const { compared } = await start()
    const found = await compared({ vary: { method: [...methods, 'tail-lora'] }, halving: true })
    expect(found.compared.filter(({ kind }) => kind === 'method').map((row) => row.rank !== undefined)).toEqual([
      true,
      false,
      false,
      false,
    ])
    expect(found.sentence).toContain('The others were stopped early')
  })

  it('tunes all of them in one precision, whatever each would have chosen alone', async () => {
    const { service, home, base, compared } = await start()
    const [{ hash } = { hash: '' }] = await service.call('models.list', {})
    const kind = { method: 'tail-ia3', placement: 'after-text', loss: 'labels' } as const
    await keepChoice(home, hash, kind, { precision: 'int8', because: 'It was fastest.' })
    const { settings } = await service.call('runs.plan', {
      ...{ model: base.models[0] ?? '', dataset: base.dataset, version: base.version, text: 'text', label: 'label' },
      settings: { method: 'tail-ia3' },
    })
    expect(settings.precision).toBe('int8')
    await compared({ vary: { method: methods } })
    const runs = await service.call('runs.list', {})
    expect(runs.map((run) => run.settings.precision)).toEqual(['float32', 'float32', 'float32'])
  })

  it('is a report of its own: the table first, then every run', async () => {
    const { service, compared } = await start()
    const { sweep, sentence } = await compared({ vary: { method: ['prefix-tuning', 'tail-ia3'] } })
    const { html } = await service.call('comparisons.report', { sweep: sweep.name })
    expect(html).toContain(`<h1>Methods compared: ${sweep.name}</h1>`)
    expect(html).toContain(`<p class="verdict">${sentence}</p>`)
    expect(html).toContain('<tr><th>Tail IA3</th>')
    expect(html).toContain('<tr><th>Best hand-written prompt</th>')
    for (const run of ['sweep-1.1', 'sweep-1.2']) expect(html).toContain(`<h2>${run}</h2>`)
    expect(html).not.toContain('<script')
  })

  it('is none where anything else differs', async () => {
    const { service, compared } = await start()
    await expect(compared({ vary: { tokens: [1, 2] } })).rejects.toMatchObject({ code: 'sweep/no-comparison' })
    await expect(service.call('comparisons.show', { sweep: 'unknown' })).rejects.toMatchObject({
      code: 'store/missing',
    })
  })
})
