// What a run says about the time that is left, over runs whose parts take known times.
import { describe, expect, it } from 'vitest'
import type { ComputeEvent, Evaluation } from '../../../../main/contract/compute.ts'
import type { Outlook } from '../../../../main/contract/outlook.ts'
import { comparingWith, evaluatingWith, stages } from '../../../../main/contract/stages.ts'
import { defaultSettings } from '../../../../main/engine/train/defaults.ts'
import { type TrackedRun, type Tracker, trackRun } from '../../../../main/service/runs/outlook.ts'
import { type Rates, unitsOf } from '../../../../main/service/runs/parts.ts'

const labels = ['billing', 'delivery', 'praise', 'returns', 'sales', 'technical']
const rows = { train: 300, validation: 60, test: 60 }
const plan = (given: Parameters<typeof defaultSettings>[0]): TrackedRun => ({
  settings: defaultSettings(given, labels),
  labels,
  rows,
  lengths: { text: 60, answer: 8, longest: 10 },
  until: undefined,
})

/** Milliseconds of a unit of each part, as they were measured on two cores. */
const cached: Rates = {
  ...{ opening: 2500, texts: 30, untuned: 8, sessions: 1500, steps: 220, validations: 8 },
  ...{
    testTexts: 30,
    tuned: 8,
    calibrating: 8,
    alone: 8,
    choosing: 30,
    handWritten: 40,
    wordCount: 0.3,
    linearProbe: 8,
    measuring: 2500,
  },
}
const whole: Rates = {
  ...{ opening: 2000, texts: 0, untuned: 35, sessions: 4000, steps: 1300, validations: 40 },
  ...{
    testTexts: 0,
    tuned: 40,
    calibrating: 40,
    alone: 35,
    choosing: 35,
    handWritten: 47,
    wordCount: 0.3,
    linearProbe: 35,
    measuring: 4000,
  },
}

type Timed = readonly [milliseconds: number, event: ComputeEvent]

const progress = (stage: string, done: number, total: number): ComputeEvent => ({
  event: 'progress',
  stage,
  done,
  total,
})
const evaluation = (subject: Evaluation['subject']): ComputeEvent =>
  ({ event: 'evaluation', evaluation: { subject } }) as ComputeEvent

/** Reports on so many units, some at a time. */
function* batches(stage: string, from: number, to: number, total: number, unit: number, size = 16): Generator<Timed> {
  for (let done = from; done < to;) {
    const some = Math.min(size, to - done)
    done += some
    yield [some * unit, progress(stage, done, total)]
  }
}

/** The events of a run, each with the time that it takes. `keptAt`: step at which its owner stops and keeps it. */
function* eventsOf({ settings }: TrackedRun, rates: Rates, keptAt = Infinity): Generator<Timed> {
  const { steps, validateEvery, batch } = settings
  const texts = rates.texts > 0 ? rows.train + rows.validation : 0
  yield [rates.opening, { event: 'provider', name: 'cpu', note: '' }]
  if (texts > 0) {
    yield [0, progress(stages.texts, 0, texts)]
    yield* batches(stages.texts, 0, rows.validation, texts, rates.texts)
  }
  yield* batches(stages.validating, 0, 60, 60, rates.untuned)
  yield [0, { event: 'untuned', headline: 'accuracy', metrics: { accuracy: 0.2 } }]
  const validation = (step: number): Timed => [
    rows.validation * rates.validations,
    { event: 'validation', step, loss: 1, headline: 'accuracy', metrics: { accuracy: 0.5 }, best: true, rows: [] },
  ]
  yield* batches(stages.validating, 0, 60, 60, rates.validations)
  yield [0, validation(0)[1]]
  let read = rows.validation
  for (let step = 1; step <= Math.min(steps, keptAt); step++) {
    // Eight steps' texts are read together.
    if (step % 8 === 1 && read < texts) {
      const until = Math.min(texts, read + 9 * batch)
      yield* batches(stages.texts, read, until, texts, rates.texts)
      read = until
    }
    const opening = step <= 3 ? rates.sessions / 3 : 0
    const metrics = { step, loss: 1, learningRate: 1, gradientNorm: 1, tokenNorms: [], examples: 16, milliseconds: 1 }
    yield [rates.steps + opening, { event: 'step', metrics }]
    if (validateEvery > 0 && step % validateEvery === 0) yield validation(step)
  }
  yield [0, { event: 'checkpoint', id: 1, checkpoint: { finished: true } } as ComputeEvent]
  if (rates.testTexts > 0) {
    yield [0, progress(stages.testTexts, 0, rows.test)]
    yield* batches(stages.testTexts, 0, rows.test, rows.test, rates.testTexts)
  }
  for (const [subject, unit] of [
    ['tuned prompt', rates.tuned],
    ['no prompt', rates.alone],
  ] as const) {
    yield* batches(evaluatingWith(subject), 0, rows.test, rows.test, unit)
    yield [0, evaluation(subject)]
    if (subject === 'tuned prompt')
      yield* batches(stages.calibrating, 0, rows.validation, rows.validation, rates.calibrating)
  }
  const { choosing, wordCount, linearProbe } = unitsOf(plan(settings))
  for (let i = 0; i <= 3; i++) yield [i === 0 ? 0 : (choosing * rates.choosing) / 3, progress(stages.choosing, i, 3)]
  yield* batches(evaluatingWith('hand-written prompt'), 0, rows.test, rows.test, rates.handWritten)
  yield [0, evaluation('hand-written prompt')]
  yield [0, progress(comparingWith('word count'), 0, 8)]
  yield [wordCount * rates.wordCount, evaluation('word count')]
  yield [0, progress(comparingWith('linear probe'), 0, 8)]
  yield [linearProbe * rates.linearProbe, evaluation('linear probe')]
  for (const done of [0, 1, 2]) yield [done === 0 ? 0 : rates.measuring / 3, progress(stages.measuring, done, 3)]
  yield [rates.measuring / 3, { event: 'measured', measured: {} } as ComputeEvent]
}

interface Said {
  readonly at: number
  readonly outlook: Outlook
}

/** What is said every half second; seconds. */
function follow(tracker: Tracker, events: Iterable<Timed>, onTime: (at: number) => void = () => undefined) {
  const said: Said[] = []
  let now = 0
  for (const [milliseconds, event] of events) {
    const end = now + milliseconds
    for (let at = Math.ceil((now + 1) / 500) * 500; at < end; at += 500) {
      onTime(at)
      said.push({ at: at / 1000, outlook: tracker.at(at) })
    }
    now = end
    tracker.hear(event, now)
  }
  return { said, whole: now / 1000 }
}

/** The largest relative error from a share of the way on to another. */
function worst({ said, whole: all }: ReturnType<typeof follow>, from: number, to: number): number {
  const errors = said
    .filter(({ at }) => at >= from * all && at <= to * all)
    .map(({ at, outlook }) => Math.abs((outlook.left ?? 0) / (all - at) - 1))
  expect(errors.length).toBeGreaterThan(5)
  return Math.max(...errors)
}

describe('the time left', () => {
  const kinds = {
    'over cached texts': [plan({}), cached],
    'that reads all of every row': [plan({ method: 'prompt-tuning', placement: 'start', steps: 60 }), whole],
  } as const

  it.each(Object.entries(kinds))('of a run %s holds from a tenth of the way on', (_, [run, rates]) => {
    const first = follow(trackRun(run, undefined, undefined, 0), eventsOf(run, rates))
    expect(worst(first, 0.1, 0.9)).toBeLessThan(0.25)
    // The next run of its kind knows from its first second on, also where the computer is half as fast.
    for (const slower of [1, 2]) {
      const now = Object.fromEntries(Object.entries(rates).map(([name, rate]) => [name, slower * rate])) as Rates
      expect(worst(follow(trackRun(run, rates, undefined, 0), eventsOf(run, now)), 0.1, 0.9)).toBeLessThan(0.25)
    }
  })

  it('goes to the verdict, not to the last step', () => {
    const [run, rates] = kinds['over cached texts']
    const { said, whole: all } = follow(trackRun(run, rates, undefined, 0), eventsOf(run, rates))
    const learned = said.findLast(({ outlook }) => outlook.phase === 'learn')
    expect(learned?.outlook.left).toBeGreaterThan(0.75 * (all - (learned?.at ?? 0)))
    expect(all - (learned?.at ?? 0)).toBeGreaterThan(10)
    expect([...new Set(said.map(({ outlook }) => outlook.phase))]).toEqual(['prepare', 'learn', 'judge'])
  })

  it('is that of the evaluation alone once its owner stops and keeps it', () => {
    const [run, rates] = kinds['that reads all of every row']
    const tracker = trackRun(run, rates, undefined, 0)
    const all = [...eventsOf(run, rates, 20)]
    const asked = all.findIndex(([, event]) => event.event === 'step' && event.metrics.step === 20)
    const before = follow(tracker, all.slice(0, asked))
    tracker.keep()
    const { left = 0, phases } = tracker.at(1000 * before.whole)
    const judging = all.slice(asked + 1).reduce((sum, [milliseconds]) => sum + milliseconds / 1000, 0)
    expect(phases.learn.left).toBe(0)
    expect(Math.abs(left / judging - 1)).toBeLessThan(0.25)
  })

  it('counts what a run that goes on has done already', () => {
    const [run, rates] = kinds['over cached texts']
    const { phases, left = 0 } = trackRun(run, rates, { step: 100, finished: false }, 0).at(0)
    expect(left).toBeGreaterThan(50 * 0.22)
    expect(phases.learn.done).toBeGreaterThan(100 * 0.2)
    const finished = trackRun(run, rates, { step: 150, finished: true }, 0).at(0)
    expect(finished.phase).toBe('judge')
    expect(finished.phases.learn.left).toBe(0)
  })

  it('ends with its pause where a run is to pause before its last step', () => {
    const [run, rates] = kinds['over cached texts']
    const paused = trackRun({ ...run, until: 50 }, rates, undefined, 0).at(0)
    expect(paused.phases.judge.left).toBe(0)
    expect(paused.left).toBeLessThan(trackRun(run, rates, undefined, 0).at(0).left ?? 0)
  })

  it('is not said before anything is known', () => {
    const [run] = kinds['over cached texts']
    expect(trackRun(run, undefined, undefined, 0).at(500).left).toBeUndefined()
  })

  it('leaves the times of all parts to the next run', () => {
    const [run, rates] = kinds['over cached texts']
    const tracker = trackRun(run, undefined, undefined, 0)
    follow(tracker, eventsOf(run, rates))
    const measured = tracker.rates()
    for (const name of [
      'texts',
      'steps',
      'validations',
      'tuned',
      'calibrating',
      'choosing',
      'handWritten',
      'linearProbe',
      'measuring',
    ] as const)
      expect((measured?.[name] ?? 0) / rates[name], name).toBeCloseTo(1, 1)
  })
})
