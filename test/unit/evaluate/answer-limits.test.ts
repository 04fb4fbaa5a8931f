// No limit of a generated answer comes from the test set: other test answers, the same prompt and the same predictions.
import { expect, it } from 'vitest'
import type { ComputeEvent, Job } from '../../../main/contract/compute.ts'
import type { Example, GivenSettings } from '../../../main/contract/settings.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { tune } from '../../../main/engine/train/tune.ts'
import { tinyModel } from '../../support/tiny.ts'

const rows = (count: number, from: number, answer: string): Example[] =>
  Array.from({ length: count }, (_, i) => ({ row: from + i, text: `message number ${String(i)}`, label: answer }))

async function run(given: GivenSettings, test: string) {
  const settings = defaultSettings({ steps: 2, tokens: 2, batch: 2, seed: 1, ...given })
  const job: Extract<Job, { kind: 'tune' }> = {
    kind: 'tune',
    model: await tinyModel('llama'),
    settings,
    labels: [],
    split: { train: rows(6, 0, 'where is it'), validation: rows(2, 20, 'my parcel is'), test: rows(3, 40, test) },
    resume: undefined,
    providers: ['cpu'],
    threads: 1,
  }
  const events: ComputeEvent[] = []
  const { prompt } = await tune(job, {
    emit: (event) => void events.push(event),
    checkpoint: () => Promise.resolve(),
    stopRequested: () => false,
    keepRequested: () => false,
  })
  const evaluations = events.flatMap((event) => (event.event === 'evaluation' ? [event.evaluation] : []))
  return {
    settings: prompt.settings,
    tensors: prompt.tensors,
    /** What each subject answered to each row. */
    predicted: evaluations.map(({ subject, handWritten, rows: answered }) => [
      subject,
      handWritten,
      answered.map(({ predicted }) => predicted),
    ]),
  }
}

it.each(['generation', 'answering'] as const)('whatever the test answers are: %s', async (task) => {
  const short = await run({ task }, 'no')
  const long = await run({ task }, `${'a very long answer '.repeat(20)}\nwith\nlines`)
  expect(long).toEqual(short)
  expect(short.settings.answers).toEqual({ tokens: expect.any(Number) as number, lines: false })
})
