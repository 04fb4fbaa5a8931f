// A run's history out of its record and its events, and what it is busy with.
import { expect, it } from 'vitest'
import type { StepMetrics } from '../../../../../main/contract/compute.ts'
import type { NoteRecord, ValidationRecord } from '../../../../../main/contract/records.ts'
import type { StudioEvent } from '../../../../../main/contract/service.ts'
import { createCollector, progressAfter } from '../../../../../renderer/src/pages/tune/history.ts'

const step = (at: number, loss: number) => ({ step: at, loss }) as StepMetrics
const validation = (at: number) => ({ step: at, metrics: { accuracy: 0.5 } }) as ValidationRecord
const note = (message: string) => ({ step: 1, message }) as NoteRecord
const event = (name: string, fields: object) => ({ ...fields, event: name }) as StudioEvent

it('orders steps and validations, each once, however record and events overlap', () => {
  const collector = createCollector()
  collector.add(event('step', step(3, 0.3)))
  collector.add(event('validation', validation(2)))
  collector.load({
    steps: [step(1, 0.9), step(2, 0.5), step(3, 0.4)],
    validations: [validation(2)],
    notes: [],
    untuned: undefined,
  })
  collector.add(event('step', step(4, 0.2)))
  expect(collector.now().steps.map(({ step: at, loss }) => [at, loss])).toEqual([
    [1, 0.9],
    [2, 0.5],
    [3, 0.4],
    [4, 0.2],
  ])
  expect(collector.now().validations).toHaveLength(1)
})

it('puts remarks behind those on record, which replace what came before', () => {
  const collector = createCollector()
  collector.add(event('warning', note('early')))
  collector.load({ steps: [], validations: [], notes: [note('early'), note('recorded')], untuned: undefined })
  collector.add(event('warning', note('late')))
  expect(collector.now().notes.map(({ message }) => message)).toEqual(['early', 'recorded', 'late'])
})

it('shows long work until it is done, KV precompute between two steps too', () => {
  const work = (done: number) => ({ stage: 'reading', done, total: 10 })
  const trained = event('step', step(1, 0.9))
  const reading = event('progress', work(4))
  expect(progressAfter(undefined, reading)).toBe(reading)
  expect(progressAfter(work(4), trained)).toEqual(work(4))
  expect([0, 10].map((done) => progressAfter(work(done), trained))).toEqual([undefined, undefined])
  expect(progressAfter(work(4), event('evaluation', {}))).toBeUndefined()
  expect(progressAfter(work(4), event('warning', note('slow')))).toEqual(work(4))
})
