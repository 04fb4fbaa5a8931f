// Cross-validation on a tiny model: each row is answered by a prompt that has not seen it, and pauses change nothing.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Checkpoint, ComputeEvent } from '../../../main/contract/compute.ts'
import type { Example, Split, TuneSettings } from '../../../main/contract/settings.ts'
import { calibrate } from '../../../main/engine/calibrate/calibration.ts'
import { labelledScores } from '../../../main/engine/calibrate/scores.ts'
import { foldExamples } from '../../../main/engine/data/folds.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import type { TuneJob } from '../../../main/engine/train/run.ts'
import { tune } from '../../../main/engine/train/tune.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { tinyModel } from '../../support/tiny.ts'

const labels = ['billing', 'delivery', 'praise']

const words = ['lamp', 'river', 'orange', 'window', 'paper', 'violin', 'garden', 'copper', 'meadow', 'anchor']

const rows: readonly Example[] = Array.from({ length: 24 }, (_, row) => {
  const label = labels[row % 3] ?? ''
  const [a = '', b = ''] = [words[row % 10], words[(row * 7 + 3) % 10]]
  return { row, text: `${a} ${String(row * 977)} ${b} is about ${label}`, label }
})

const splitOf = (): Promise<Split> => foldExamples(rows, { seed: 1, folds: 4 })

/** Learns fast, and soon by heart. */
const impatient = { steps: 60, validateEvery: 2, patience: 2, learningRate: 0.2 } as const

interface How {
  readonly settings?: Partial<TuneSettings>
  readonly job?: Partial<TuneJob>
  readonly stopAt?: number
  readonly keepAt?: number
}

async function run(split: Split, { settings: given, job: own, stopAt = Infinity, keepAt = Infinity }: How = {}) {
  const settings = defaultSettings(
    { steps: 12, tokens: 4, batch: 8, seed: 1, validateEvery: 4, folds: split.folds?.length ?? 0, ...given },
    labels,
  )
  const base = { kind: 'tune' as const, model: await tinyModel('llama'), settings, labels, split }
  const job: TuneJob = { ...base, resume: undefined, providers: ['cpu'], threads: 1, ...own }
  const events: ComputeEvent[] = []
  let last: Checkpoint | undefined
  const steps = () => events.flatMap((event) => (event.event === 'step' ? [event.metrics] : []))
  const result = await tune(job, {
    emit: (event) => void events.push(event),
    checkpoint: (checkpoint) => Promise.resolve(void (last = checkpoint)),
    stopRequested: () => steps().length >= stopAt,
    keepRequested: () => steps().length >= keepAt,
  })
  const evaluations = events.flatMap((event) => (event.event === 'evaluation' ? [event.evaluation] : []))
  const validations = events.flatMap((event) => (event.event === 'validation' ? [event] : []))
  return { result, steps: steps(), evaluations, validations, last, events }
}

describe('a cross-validated run', () => {
  it('has every row answered once by each way, and learns from all of them', async () => {
    const split = await splitOf()
    const { result, steps, evaluations, validations, last, events } = await run(split)
    expect(result.outcome).toBe('finished')
    // Calibrated on these answers, which no other has to be computed for.
    expect(result.prompt.calibration).toEqual(calibrate(labelledScores(evaluations[0]?.rows ?? [], labels)))
    expect(events.filter(({ event }) => event === 'calibrated')).toEqual([])
    expect(evaluations.map(({ subject }) => subject)).toEqual([
      'tuned prompt',
      'no prompt',
      'hand-written prompt',
      'word count',
      'linear probe',
    ])
    for (const { rows: answered } of evaluations)
      expect(answered.map(({ row }) => row)).toEqual(rows.map(({ row }) => row))
    expect(steps).toHaveLength(12)
    // Each step takes a batch of every prompt.
    for (const { examples } of steps) expect(examples).toBeGreaterThan(8 * 2)
    expect(last?.folds).toHaveLength(4)
    const tensors = [result.prompt.tensors, ...(last?.folds ?? []).map((fold) => fold.best?.tensors)]
    expect(
      new Set(tensors.map((each) => JSON.stringify(Object.values(each ?? {}).map(({ data }) => [...data])))).size,
    ).toBe(5)
    // The kept step is the one with the least loss over all rows, each checked by a prompt that has not learned from it.
    const least = validations.reduce((a, b) => (b.loss < a.loss ? b : a))
    expect(last?.best?.step).toBe(least.step)
    for (const { metrics } of validations) expect(((metrics['accuracy'] ?? NaN) * rows.length) % 1).toBeCloseTo(0, 9)
  })

  it.each([
    ['to its last step', {}],
    ['until patience ends it', impatient],
  ])('%s answers a row alike whatever its own label is: nothing that answers it has seen it', async (_, settings) => {
    const split = await splitOf()
    const before = await run(split, { settings })
    const changed = 7
    const relabelled = (some: readonly Example[]): Example[] =>
      some.map((example) => (example.row === changed ? { ...example, label: 'praise' } : example))
    const other: Split = {
      train: relabelled(split.train),
      validation: relabelled(split.validation),
      test: relabelled(split.test),
      folds: (split.folds ?? []).map(relabelled),
    }
    expect(rows[changed]?.label).not.toBe('praise')
    const after = await run(other, { settings })
    const answerTo = ({ evaluations }: typeof before, subject: string) =>
      evaluations.find((each) => each.subject === subject)?.rows.find(({ row }) => row === changed)?.logProbabilities
    for (const { subject } of before.evaluations) expect(answerTo(after, subject)).toEqual(answerTo(before, subject))
    // Other rows' answers do change: their prompts have learned from it.
    const others = ({ evaluations }: typeof before) =>
      evaluations[0]?.rows.filter(({ row }) => row !== changed).map(({ logProbabilities }) => logProbabilities)
    expect(others(after)).not.toEqual(others(before))
  })

  it.each([1, 5, 9])('paused after step %i and resumed comes to the same answers', async (at) => {
    const split = await splitOf()
    const whole = await run(split)
    const first = await run(split, { stopAt: at })
    expect(first.result.outcome).toBe('stopped')
    expect(first.last?.step).toBe(at)
    const rest = await run(split, { job: { resume: first.last } })
    const losses = (some: typeof whole) => some.steps.map(({ loss }) => loss)
    expect([...losses(first), ...losses(rest)]).toEqual(losses(whole))
    expect(rest.evaluations).toEqual(whole.evaluations)
    expect(rest.result.prompt.tensors).toEqual(whole.result.prompt.tensors)
  })

  it('ends where no prompt has become better for its patience, each kept as its own validation rows chose it', async () => {
    const split = await splitOf()
    const { result, steps, last, evaluations } = await run(split, { settings: impatient })
    expect(result).toMatchObject({ outcome: 'finished', reason: 'no better validation loss in 2 validations' })
    expect(steps.length).toBeLessThan(impatient.steps)
    const waited = impatient.patience * impatient.validateEvery
    const kept = [last?.best?.step, ...(last?.folds ?? []).map(({ best }) => best?.step)].map((step) => step ?? NaN)
    expect(kept).toHaveLength(5)
    for (const step of kept) expect(step).toBeLessThanOrEqual(steps.length - waited)
    // The last one to settle ends the run.
    expect(Math.max(...kept)).toBe(steps.length - waited)
    const first = await run(split, { settings: impatient, stopAt: steps.length - waited - 1 })
    const rest = await run(split, { settings: impatient, job: { resume: first.last } })
    expect(rest.evaluations).toEqual(evaluations)
    expect(first.steps.length + rest.steps.length).toBe(steps.length)
  })

  it('ended early is judged by prompts that end with it', async () => {
    const { result, steps, evaluations, last } = await run(await splitOf(), { keepAt: 6 })
    expect(result.outcome).toBe('finished')
    expect(steps).toHaveLength(6)
    for (const fold of last?.folds ?? []) expect(fold.best?.step).toBeLessThanOrEqual(4)
    expect(evaluations[0]?.rows).toHaveLength(rows.length)
  })

  it('reads each text once for all its prompts, rivals included', async () => {
    const texts = join(temporaryFolder(), 'texts')
    const { events } = await run(await splitOf(), { job: { texts } })
    const stages = ['reading the texts (KV cache)', 'reading the test set (KV cache)', 'comparing with a linear probe']
    const reading = events.flatMap((event) =>
      event.event === 'progress' && stages.includes(event.stage) ? [event] : [],
    )
    const reads = reading.filter(({ stage }) => stage === stages[0])
    expect(reads.at(-1)).toMatchObject({ done: rows.length, total: rows.length })
    expect(reads[0]?.done).toBe(0)
    // What was read for training is there for the test.
    expect(reading.filter(({ stage, done, total }) => stage === stages[1] && done < total)).toEqual([])
  })

  it('answers questions whose answers are written by prompts that know other rows’ answers alone', async () => {
    const written = rows.map((row) => ({
      ...row,
      label: row.row === 3 ? 'a very long answer of many words' : row.label,
    }))
    const split = await foldExamples(written, { seed: 1, folds: 3, byLabel: false })
    const { evaluations } = await run(split, {
      settings: { task: 'generation', steps: 2, loss: 'vocabulary', duel: false },
    })
    expect(evaluations.map(({ subject, rows: answered }) => [subject, answered.length])).toEqual([
      ['tuned prompt', 24],
      ['no prompt', 24],
    ])
  })
})
