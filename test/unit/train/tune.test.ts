// A whole run on a tiny model of each family: rows in, a prompt and figures out; the same for the same seed.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Checkpoint, ComputeEvent, Job } from '../../../main/contract/compute.ts'
import type { PreparedModel } from '../../../main/contract/model.ts'
import type { TuneSettings } from '../../../main/contract/settings.ts'
import { calibrate } from '../../../main/engine/calibrate/calibration.ts'
import { labelledScores } from '../../../main/engine/calibrate/scores.ts'
import { createInferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { scoreTask } from '../../../main/engine/evaluate/score.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import type { TuneOptions } from '../../../main/engine/train/run.ts'
import { tune } from '../../../main/engine/train/tune.ts'
import { inPrecision } from '../../../main/engine/model/in-precision.ts'
import { prepareModel } from '../../../main/engine/model/prepare.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { type Family, tinyFolder, tinyModel } from '../../support/tiny.ts'

type TuneJob = Extract<Job, { kind: 'tune' }>

const labels = ['billing', 'delivery', 'praise']
const rows = (count: number, from: number) =>
  Array.from({ length: count }, (_, i) => {
    const label = labels[i % 3] ?? ''
    return { row: from + i, text: `message number ${String(i)} is about ${label}`, label }
  })

/** No room at all for cached texts. */
const none = { memory: 0, disk: 0 }

const mean = (some: readonly number[]): number => some.reduce((sum, loss) => sum + loss, 0) / some.length

interface How extends TuneOptions {
  readonly quantised?: PreparedModel
  /** Fields of the job. */
  readonly job?: Partial<TuneJob>
  readonly onStep?: () => void
  readonly onStage?: (stage: string) => void
  readonly stopRequested?: () => boolean
}

async function run(
  family: Family,
  given: Partial<TuneSettings>,
  { quantised, job: own, onStep, onStage, stopRequested = () => false, ...options }: How = {},
) {
  const model = quantised ?? (await tinyModel(family))
  const settings = defaultSettings({ steps: 30, tokens: 4, batch: 8, seed: 1, ...given }, labels)
  const split = { train: rows(24, 0), validation: rows(6, 100), test: rows(9, 200) }
  const job: TuneJob = {
    kind: 'tune',
    model,
    settings,
    labels,
    split,
    resume: undefined,
    providers: ['cpu'],
    threads: 1,
    ...own,
  }
  const events: ComputeEvent[] = []
  let last: Checkpoint | undefined
  const sink = {
    emit(event: ComputeEvent) {
      events.push(event)
      if (event.event === 'step') onStep?.()
      if (event.event === 'progress') onStage?.(event.stage)
    },
    checkpoint: (checkpoint: Checkpoint) => Promise.resolve(void (last = checkpoint)),
    stopRequested,
    keepRequested: () => false,
  }
  const result = await tune(job, sink, options)
  const losses = events.flatMap((event) => (event.event === 'step' ? [event.metrics.loss] : []))
  const evaluations = events.flatMap((event) => (event.event === 'evaluation' ? [event.evaluation] : []))
  const stages = new Set(events.flatMap((event) => (event.event === 'progress' ? [event.stage] : [])))
  const warnings = events.flatMap((event) => (event.event === 'warning' ? [event.code] : []))
  return { result, losses, evaluations, stages, events, warnings, last }
}

describe('a run', () => {
  // Mean losses of the first and of the last five steps.
  it.each<[Family, first: number, last: number]>([
    ['llama', 2.032, 1.205],
    ['qwen2', 1.24, 1.085],
    ['qwen3', 2.969, 1.394],
    ['gemma3', 1.859, 0.447],
  ])(
    'learns on %s, and is evaluated with the tuned prompt, with none, with a hand-written one and by both baselines',
    async (family, first, last) => {
      const { result, losses, evaluations } = await run(family, {})
      expect(result.outcome).toBe('finished')
      expect(losses).toHaveLength(30)
      expect(mean(losses.slice(0, 5))).toBeCloseTo(first, 2)
      expect(mean(losses.slice(-5))).toBeCloseTo(last, 2)
      expect(evaluations.map(({ subject, rows: scored }) => [subject, scored.length])).toEqual([
        ['tuned prompt', 9],
        ['no prompt', 9],
        ['hand-written prompt', 9],
        ['word count', 9],
        ['linear probe', 9],
      ])
      for (const { rows: scored } of evaluations)
        for (const { logProbabilities } of scored)
          expect(logProbabilities.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 3)
    },
  )

  it('is calibrated on its validation set, which the prompt answers as any evaluation does', async () => {
    const model = await tinyModel('llama')
    const alike = [
      await run('llama', {}),
      await run('llama', { placement: 'start' }),
      // Texts that are read anew.
      await run('llama', {}, { limits: none }),
    ]
    for (const { result, events } of alike) {
      const { prompt } = result
      const [answers, another] = events.flatMap((event) => (event.event === 'calibrated' ? [event.answers] : []))
      expect(another).toBeUndefined()
      const examples = rows(6, 100)
      expect(answers?.map(({ row, label }) => [row, label])).toEqual(examples.map(({ row, label }) => [row, label]))
      const runner = createInferenceRunner(model, { threads: 1 })
      const task = { model, settings: prompt.settings, labels, examples, prompt }
      const found = await scoreTask(runner, task, () => undefined).finally(() => runner.release())
      for (const [i, { logProbabilities }] of found.rows.entries())
        logProbabilities.forEach((value, label) => expect(answers?.[i]?.logProbabilities[label]).toBeCloseTo(value, 3))
      expect(prompt.calibration).toEqual(calibrate(labelledScores(answers ?? [], labels)))
      expect(prompt.calibration?.rows).toBe(6)
    }
  })

  it.each<[Partial<TuneSettings>, first: number, last: number]>([
    [{ method: 'prompt-tuning', placement: 'start', init: 'vocab' }, 2.356, 1.746],
    [{ method: 'prompt-tuning', placement: 'before-text', init: 'labels' }, 2.14, 1.442],
    [{ method: 'prompt-tuning', placement: 'after-text', init: 'random', loss: 'vocabulary' }, 8.445, 7.425],
    [{ method: 'prefix-tuning', placement: 'start', init: 'random', loss: 'vocabulary' }, 9.033, 8.597],
  ])('learns with %j', async (given, first, last) => {
    const { result, losses } = await run('llama', given)
    expect(result.outcome).toBe('finished')
    expect(losses).toHaveLength(30)
    expect(mean(losses.slice(0, 5))).toBeCloseTo(first, 2)
    expect(mean(losses.slice(-5))).toBeCloseTo(last, 2)
  })

  it.each(['f16', 'int8'] as const)(
    'learns on a model quantised as %s what it learns on the float32 one',
    async (precision) => {
      const whole = await prepareModel(tinyFolder('llama'), temporaryFolder(), { name: 'tiny' })
      const [exact, found] = [
        await run('llama', {}),
        await run('llama', { precision }, { quantised: await inPrecision(whole, precision) }),
      ]
      expect(found.result.outcome).toBe('finished')
      expect(found.losses).toHaveLength(exact.losses.length)
      const largest = Math.max(...found.losses.map((loss, i) => Math.abs(loss - (exact.losses[i] ?? NaN))))
      expect(largest).toBeLessThan({ f16: 0.01, int8: 0.1 }[precision])
    },
  )

  it('that diverges is not finished, and keeps no prompt that no step made better', async () => {
    const { result, evaluations } = await run('llama', { learningRate: 3e38, clip: 0, warmup: 0 })
    expect(result).toMatchObject({ outcome: 'diverged', untuned: true })
    expect(result.reason).toMatch(/^Training diverged after step \d+: .*none of it was kept\. Start again with a lower/)
    expect(evaluations).toEqual([])
  })

  it('is stopped while it is compared with a baseline, and resumes with all of its evaluations', async () => {
    const stages: string[] = []
    const stopRequested = (): boolean => stages.includes('comparing with a word count')
    const first = await run('llama', { steps: 4 }, { stopRequested, onStage: (stage) => stages.push(stage) })
    expect(first.result.outcome).toBe('stopped')
    expect(first.evaluations).toHaveLength(3)
    const rest = await run('llama', { steps: 4 }, { job: { resume: first.last } })
    expect(rest.result.outcome).toBe('finished')
    expect(rest.evaluations).toHaveLength(5)
    expect(rest.losses).toEqual([])
  })

  it('probes the same hidden states from stored keys and values as from whole rows', async () => {
    const texts = join(temporaryFolder(), '1')
    const [stored, whole] = [await run('llama', { steps: 12 }, { job: { texts } }), await run('llama', { steps: 12 })]
    const probeOf = ({ evaluations }: typeof stored) => evaluations.find(({ subject }) => subject === 'linear probe')
    probeOf(stored)?.rows.forEach(({ logProbabilities, predicted }, row) => {
      const other = probeOf(whole)?.rows[row]
      expect(other?.predicted).toBe(predicted)
      logProbabilities.forEach((value, k) =>
        expect(Math.abs(value - (other?.logProbabilities[k] ?? NaN))).toBeLessThan(0.01),
      )
    })
    expect(probeOf(stored)?.rows).toHaveLength(9)
  })

  it('holds no duel where none is wanted', async () => {
    const { evaluations } = await run('llama', { steps: 2, duel: false })
    expect(evaluations.map(({ subject }) => subject)).toEqual(['tuned prompt', 'no prompt'])
  })

  it('learns the same where memory is short', async () => {
    const [usual, low] = [await run('gemma3', {}), await run('gemma3', { memory: 'low' })]
    expect(low.losses.length).toBe(usual.losses.length)
    low.losses.forEach((loss, i) => {
      expect(Math.abs(loss - (usual.losses[i] ?? NaN))).toBeLessThan(1e-4)
    })
  })

  it('precomputes the validation set before the first validation, and training rows no sooner than they are needed', async () => {
    const { events } = await run('llama', {})
    const order = events.flatMap((each) => {
      if (each.event === 'step' && each.metrics.step === 1) return ['first step']
      if (each.event === 'validation' && each.step === 0) return ['first check']
      if (each.event !== 'progress' || each.stage !== 'reading the texts (KV cache)') return []
      return [each.done === each.total ? 'all read' : 'some read']
    })
    expect([...new Set(order)]).toEqual(['some read', 'first check', 'all read', 'first step'])
  })

  it('reads texts once where virtual tokens stand behind them and the run comes back to them', async () => {
    const once = async (given: Partial<TuneSettings>) =>
      (await run('llama', given)).stages.has('reading the texts (KV cache)')
    expect(await once({})).toBe(true)
    expect(await once({ placement: 'start' })).toBe(false)
    // Five steps of eight rows are not two epochs of 24.
    expect(await once({ steps: 5 })).toBe(false)
  })

  it('scores rows with a KV precompute as it scores them computed afresh', async () => {
    const settings = { steps: 12, init: 'random' } as const
    const shared = await run('llama', settings)
    expect(shared.stages).toContain('reading the test set (KV cache)')
    const model = await tinyModel('llama')
    const runner = createInferenceRunner(model, { threads: 1 })
    const found = shared.result.prompt
    for (const { subject, rows: evaluatedRows } of shared.evaluations.slice(0, 2)) {
      const prompt = subject === 'no prompt' ? undefined : found
      const task = { model, settings: found.settings, labels, examples: rows(9, 200), prompt }
      const afresh = await scoreTask(runner, task, () => undefined)
      evaluatedRows.forEach(({ logProbabilities }, row) => {
        logProbabilities.forEach((value, label) => {
          expect(Math.abs(value - (afresh.rows[row]?.logProbabilities[label] ?? NaN))).toBeLessThan(1e-4)
        })
      })
    }
    await runner.release()
  })

  it('evaluates without cached texts where neither memory nor disk holds those of the test set', async () => {
    const texts = join(temporaryFolder(), '1')
    const usual = await run('llama', { steps: 4 }, { job: { texts } })
    const small = await run('llama', { steps: 4 }, { job: { texts: join(temporaryFolder(), '1') }, limits: none })
    expect(usual.stages).toContain('reading the test set (KV cache)')
    expect(small.stages).not.toContain('reading the test set (KV cache)')
    expect(small.evaluations.map(({ metrics }) => metrics)).toEqual(usual.evaluations.map(({ metrics }) => metrics))
  })

  it('goes on as it began when it is resumed with less room, and computes anew what found none', async () => {
    const texts = join(temporaryFolder(), '1')
    const whole = await run('llama', {}, { job: { texts } })
    const first = await run('llama', {}, { job: { texts, until: 10 } })
    expect(first.last).toMatchObject({ step: 10, precomputes: true })
    rmSync(texts, { recursive: true })
    const rest = await run('llama', {}, { job: { texts, resume: first.last }, limits: none })
    expect(rest.warnings).toEqual(['tuning/cache-full'])
    expect(existsSync(texts) ? readdirSync(texts) : []).toEqual([])
    const losses = [...first.losses, ...rest.losses]
    expect(losses).toHaveLength(whole.losses.length)
    losses.forEach((loss, i) => expect(Math.abs(loss - (whole.losses[i] ?? NaN))).toBeLessThan(1e-4))
  })

  it('goes on when a full disk or somebody else deletes what was precomputed', async () => {
    const texts = join(temporaryFolder(), '1')
    const whole = await run('llama', {}, { job: { texts } })
    const limits = { memory: 0, disk: Infinity }
    const robbed = await run(
      'llama',
      {},
      { job: { texts }, limits, onStep: () => rmSync(texts, { recursive: true, force: true }) },
    )
    robbed.losses.forEach((loss, i) => expect(Math.abs(loss - (whole.losses[i] ?? NaN))).toBeLessThan(1e-4))
  })

  it('is the same for the same seed, and another for another', async () => {
    const [one, same, other] = [await run('qwen3', {}), await run('qwen3', {}), await run('qwen3', { seed: 2 })]
    expect(same.losses).toEqual(one.losses)
    expect(same.result.prompt).toEqual(one.result.prompt)
    expect(other.losses).not.toEqual(one.losses)
  })
})
