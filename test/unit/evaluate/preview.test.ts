// A row in pieces, as the model reads it: what is trained is marked, and the pieces are the whole text.
import { describe, expect, it } from 'vitest'
import type { PreviewPiece } from '../../../main/contract/service.ts'
import type { GivenSettings } from '../../../main/contract/settings.ts'
import { previewRows } from '../../../main/engine/evaluate/preview.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { tinyModel } from '../../support/tiny.ts'

const labels = ['praise', 'complaint']
const text = 'It was late.'

async function piecesOf(given: GivenSettings): Promise<readonly PreviewPiece[]> {
  const { config, tokenizer } = await tinyModel('llama')
  const model = { config, tokenizer } as Parameters<typeof previewRows>[0]['model']
  const settings = defaultSettings(given, labels)
  const examples = [{ row: 1, text, label: 'complaint' }]
  return previewRows({ kind: 'preview', model, settings, labels, examples })[0]?.pieces ?? []
}
const written = (pieces: readonly PreviewPiece[]): string => pieces.map((piece) => piece.text).join('')
const kinds = (pieces: readonly PreviewPiece[]): string[] => pieces.map(({ kind }) => kind)

describe('the preview of a row', () => {
  it('has virtual tokens where they stand', async () => {
    expect(kinds(await piecesOf({ method: 'prefix-tuning' }))).toEqual([
      'template',
      'text',
      'template',
      'virtual',
      'answer',
    ])
    expect(kinds(await piecesOf({ method: 'prompt-tuning', placement: 'start' }))[0]).toBe('virtual')
  })

  it.each([1, 2, 3, 8, 1000])('marks the last %i tokens before the answer, which an adapter acts on', async (tail) => {
    const pieces = await piecesOf({ method: 'tail-lora', tail })
    expect(written(pieces)).toBe(written(await piecesOf({ method: 'lora' })))
    const question = pieces.filter(({ kind }) => kind !== 'answer')
    const marked = question.filter(({ kind }) => kind === 'adapted')
    const first = kinds(question).indexOf('adapted')
    expect(
      kinds(question)
        .slice(first)
        .every((kind) => kind === 'adapted'),
    ).toBe(true)
    const tokens = marked.reduce((sum, piece) => sum + piece.tokens, 0)
    const inReach = question.slice(1).reduce((sum, piece) => sum + piece.tokens, 0)
    expect(tokens).toBe(Math.min(tail, inReach))
  })

  it('marks both where a prefix and an adapter are trained together', async () => {
    expect(kinds(await piecesOf({ method: 'prefix-tail-lora', tail: 1 })).slice(-3)).toEqual([
      'adapted',
      'virtual',
      'answer',
    ])
  })
})
