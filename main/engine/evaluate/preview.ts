// What the model reads for a row, piece by piece: the template around it, the text, the virtual tokens, the answer.
import type { Job } from '../../contract/compute.ts'
import type { PreviewPiece, PreviewRow } from '../../contract/service.ts'
import { frameOf } from '../tokens/frame.ts'
import { createEncoder } from './encode.ts'

type PreviewJob = Extract<Job, { kind: 'preview' }>

/** Errors: 'tuning/no-room', those of the template. */
export function previewRows({ model, settings, labels, examples }: PreviewJob): PreviewRow[] {
  const { template, placement, tokens, maxTokens } = settings
  const encoder = createEncoder(model, settings, labels)
  const { prefix, suffix, shape } = frameOf(model.tokenizer, template)
  const virtual: PreviewPiece = { kind: 'virtual', text: '', tokens }
  return examples.map(({ row, text, label }) => {
    const { segments, cut } = encoder.fit(text)
    const kept = cut === 0 ? shape(text) : encoder.tokenizer.decode(segments.text)
    const answer = encoder.answer(label)
    const pieces: PreviewPiece[] = [
      { kind: 'template', text: prefix, tokens: segments.before.length },
      { kind: 'text', text: kept, tokens: segments.text.length },
      { kind: 'template', text: suffix, tokens: segments.after.length },
      // The token that ends the answer is one more.
      { kind: 'answer', text: template.answerPrefix + label, tokens: answer.length + 1 },
    ]
    pieces.splice(virtualAt[placement], 0, virtual)
    const shown = pieces.filter((piece) => piece.tokens > 0)
    const all = shown.reduce((sum, piece) => sum + piece.tokens, 0)
    return { row, pieces: shown, tokens: all, budget: Math.min(maxTokens, model.config.context), cut: cut > 0 }
  })
}

/** Where the virtual tokens stand among prefix, text, suffix and answer. Behind the text means behind the template's end too. */
const virtualAt = { start: 0, 'before-text': 1, 'after-text': 3 } as const
