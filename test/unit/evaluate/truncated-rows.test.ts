// Texts that are too long are reported, once and in a sentence; texts that fit are not.
import { expect, it } from 'vitest'
import type { ComputeEvent } from '../../../main/contract/compute.ts'
import { reportTruncatedRows } from '../../../main/engine/evaluate/truncated-rows.ts'
import { createEncoder } from '../../../main/engine/evaluate/encode.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { tinyModel } from '../../support/tiny.ts'

const settings = defaultSettings({ tokens: 4 })
const model = await tinyModel('llama')
const encoderOf = (maxTokens: number) => createEncoder(model, { ...settings, maxTokens }, ['parcel', 'invoice'])
const rows = ['where is it?', 'the parcel '.repeat(60), 'hello'].map((text, row) => ({ row, text, label: 'parcel' }))

const warnings = (some: typeof rows, encoder = encoderOf(40)): string[] => {
  const events: ComputeEvent[] = []
  reportTruncatedRows(some, encoder, (event) => void events.push(event))
  return events.map((event) => (event.event === 'warning' ? event.message : event.event))
}

it('reports how many of all rows are cut, or that the only text is', () => {
  expect(warnings(rows)).toEqual([expect.stringMatching(/^1 of 3 rows are longer than 40 tokens/)])
  expect(warnings(rows.slice(1, 2))).toEqual([
    expect.stringMatching(/^The text is longer than 40 tokens .* cut off\.$/),
  ])
})

it('says nothing where all is read', () => {
  expect(warnings(rows.filter((_, i) => i !== 1))).toEqual([])
  expect(warnings([])).toEqual([])
})

it('names the context of the model where that is the limit, which no setting raises', () => {
  const long = [...rows, { row: 3, text: 'the parcel '.repeat(600), label: 'parcel' }]
  const [sentence] = warnings(long, encoderOf(4096))
  expect(sentence).toMatch(new RegExp(`longer than ${String(model.config.context)} tokens .* This model reads no more`))
  expect(sentence).not.toContain('Raise the limit')
})
