// The report as a file: complete without any other file, and safe whatever texts it shows.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TuneSettings } from '../../../main/contract/settings.ts'
import { type ReportedRun, reportOf } from '../../../main/engine/export/report.ts'

const run = (name: string, words: string, tokens = 8): ReportedRun => ({
  run: {
    id: 1,
    name,
    state: 'finished',
    task: 1,
    model: 1,
    dataset: 1,
    version: 3,
    settings: { method: 'prefix-tuning', tokens, initText: words } as TuneSettings,
    seed: 0,
    error: undefined,
    createdAt: '2026-01-01T00:00:00Z',
    endedAt: '2026-01-01T00:10:00Z',
    note: words,
    tags: [],
    starred: false,
  },
  model: { name: words, family: 'llama', hash: 'ab12', licence: undefined },
  dataset: words,
  labels: ['yes', words],
  rows: { train: 70, validation: 10, test: 20 },
  steps: [2, Number.NaN, 1].map((loss, i) => ({
    step: i + 1,
    loss,
    learningRate: 0.1,
    gradientNorm: 1,
    tokenNorms: [],
    examples: 16,
    milliseconds: 5,
  })),
  validations: [],
  verdict: {
    kind: 'better',
    rival: 'no prompt',
    rows: 20,
    tuned: 0.8,
    other: 0.4,
    difference: 0.4,
    low: 0.2,
    high: 0.6,
    sentence: 'Better: 80 % against 40 %.',
  },
  evaluations: [
    { subject: 'no prompt', headline: 'accuracy', metrics: { accuracy: 0.4, macro_f1: 0.3 }, rows: 20 },
    {
      subject: 'hand-written prompt',
      handWritten: words,
      headline: 'accuracy',
      metrics: { accuracy: 0.3, macro_f1: 0.2 },
      rows: 20,
    },
  ],
  generated: [{ row: 1, text: words, label: words, predicted: words, probability: 0, grade: 0.25 }],
  confusion: { labels: ['yes', words], counts: [[3, 1], [0, 4]] }, // prettier-ignore
})
const at = new Date('2026-02-03T00:00:00Z')

describe('a report', () => {
  it('says what came of a run, on which rows and with which model', () => {
    const html = reportOf([run('mine', 'mail')], at)
    for (const said of ['2026-02-03', 'Better: 80 %', '70 to learn from', '20 for the final test', 'ab12', '<polyline'])
      expect(html).toContain(said)
    expect(html).not.toContain('NaN')
  })

  it('shows all metrics of the task, and each generated answer beside the right one', () => {
    const html = reportOf([run('mine', 'mail')], at)
    expect(html).toContain('<th>accuracy</th><th>macro_f1</th>')
    expect(html).toContain(
      '<td>Model alone</td><td class="n">40.0 %</td><td class="n">30.0 %</td><td class="n">20</td>',
    )
    expect(html).toContain('<td>mail</td><td>mail</td><td>mail</td><td class="n">25.0 %</td>')
  })

  it('of several runs shows only the settings that differ beside each other', () => {
    const html = reportOf([run('a', 'mail', 8), run('b', 'mail', 16)], at)
    const table = /Settings that differ<\/h2>(<table>.*?<\/table>)/s.exec(html)?.[1] ?? ''
    expect(table).toContain('tokens')
    expect(table).not.toContain('method')
  })

  it('holds every word as text only', () => {
    const plain = reportOf([run('a', 'x'), run('b', 'x')], at).match(/<[^>]*>/g)
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'a', '/', '-', '!', ' ') }), (words) => {
        const html = reportOf([run('a', words || 'x'), run('b', words || 'x')], at)
        // A note is left out where it is empty; all else is the same elements.
        expect(html.match(/<[^>]*>/g)).toEqual(plain)
      }),
      { numRuns: 100 },
    )
  })
})
