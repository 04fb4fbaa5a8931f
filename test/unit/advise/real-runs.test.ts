// The advisor on real runs of the tiny model, tuned as nobody should, and as one should.
import { describe, expect, it } from 'vitest'
import type { ComputeEvent, StepMetrics } from '../../../main/contract/compute.ts'
import type { EvaluationRecord, NoteRecord, ValidationRecord } from '../../../main/contract/records.ts'
import type { TuneSettings } from '../../../main/contract/settings.ts'
import { advise } from '../../../main/engine/advise/index.ts'
import { parameterCount } from '../../../main/engine/model/sizes.ts'
import type { Evidence } from '../../../main/engine/advise/rule.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { tune } from '../../../main/engine/train/tune.ts'
import { tinyModel } from '../../support/tiny.ts'

const labels = ['billing', 'delivery', 'praise']
/** Rows that say their label. */
const rows = (count: number, from: number) =>
  Array.from({ length: count }, (_, i) => {
    const label = labels[i % 3] ?? ''
    return { row: from + i, text: `message number ${String(from + i)} is about ${label}`, label }
  })

async function evidenceOf(given: Partial<TuneSettings>, train = 60): Promise<Evidence> {
  const model = await tinyModel('llama')
  const settings = defaultSettings({ tokens: 8, batch: 8, steps: 60, validateEvery: 10, seed: 1, ...given }, labels)
  const split = { train: rows(train, 0), validation: rows(15, 100), test: rows(60, 200) }
  const events: ComputeEvent[] = []
  const own = { run: 1, dataset: 1, version: 1, createdAt: '' }
  await tune(
    { kind: 'tune', model, settings, labels, split, resume: undefined, providers: ['cpu'], threads: 1 },
    {
      emit: (event) => void events.push(event),
      checkpoint: () => Promise.resolve(),
      stopRequested: () => false,
      keepRequested: () => false,
    },
  )
  return {
    run: {
      ...{ id: 1, name: 'mine', state: 'finished', task: 1, model: 1, dataset: 1, version: 1, settings, seed: 1 },
      ...{ error: undefined, createdAt: '', endedAt: '', note: '', tags: [], starred: false },
    },
    labels,
    rows: { train, validation: 15, test: 60 },
    steps: events.flatMap((e): StepMetrics[] => (e.event === 'step' ? [e.metrics] : [])),
    validations: events.flatMap((e): ValidationRecord[] => (e.event === 'validation' ? [e] : [])),
    notes: events.flatMap((e): NoteRecord[] => (e.event === 'warning' ? [e] : [])),
    evaluations: events.flatMap((e): EvaluationRecord[] =>
      e.event === 'evaluation' ? [{ ...own, ...e.evaluation, id: 1, rows: e.evaluation.rows.length }] : [],
    ),
    answers: events.flatMap((e) =>
      e.event === 'evaluation' && e.evaluation.subject === 'tuned prompt' ? e.evaluation.rows : [],
    ),
    smaller: [],
    parameters: parameterCount(model.config),
  }
}

const rulesOf = async (...run: Parameters<typeof evidenceOf>) =>
  advise(await evidenceOf(...run)).map(({ rule }) => rule)

describe('advice on a real run', () => {
  it('of an absurdly high rate: lower it', async () => {
    expect(await rulesOf({ learningRate: 100, clip: 0 })).toEqual(['rate-too-high'])
  })

  it('of an absurdly low rate: raise it', async () => {
    expect(await rulesOf({ learningRate: 1e-6 })).toEqual(['rate-too-low'])
  })

  it('of too few steps: take more', async () => {
    expect(await rulesOf({ steps: 14, schedule: 'constant', warmup: 0 })).toEqual(['stopped-early'])
  })

  it('of virtual tokens that learned their rows by heart: fewer of them, or held back', async () => {
    expect(await rulesOf({ steps: 150, duel: false })).toContain('over-fitting')
  })

  it('that goes well: none, but that these rows need no language model', async () => {
    const well = { method: 'prompt-tuning', steps: 200, learningRate: 0.2, batch: 16 } as const
    expect(await rulesOf(well, 120)).toEqual(['words-alone'])
    expect(await rulesOf({ ...well, duel: false }, 120)).toEqual([])
  })
})
