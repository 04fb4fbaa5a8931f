// Previews a row as the model reads it, in pieces: template, text, virtual tokens and answer, each with its token count.
import type { Job } from '../../contract/compute.ts'
import type { PreviewPiece, PreviewRow } from '../../contract/service.ts'
import { frameOf } from '../tokens/frame.ts'
import { createEncoder } from './encode.ts'

type PreviewJob = Extract<Job, { kind: 'preview' }>

/** One preview for each example. Errors: 'tuning/no-room', and those of the template. */
export function previewRows({ model, settings, labels, examples }: PreviewJob): PreviewRow[] {
  const { template, placement, tokens, maxTokens } = settings
  const encoder = createEncoder(model, settings, labels)
  const { prefix, suffix, shape } = frameOf(model.tokenizer, template)
  const virtual: PreviewPiece = { kind: 'virtual', text: '', tokens }
  return examples.map(({ row, text, label }) => {
    const { segments, truncated } = encoder.fit(text)
    const modelText = truncated === 0 ? shape(text) : encoder.tokenizer.decode(segments.text)
    const answer = encoder.answer(label)
    const pieces: PreviewPiece[] = [
      { kind: 'template', text: prefix, tokens: segments.before.length },
      { kind: 'text', text: modelText, tokens: segments.text.length },
      { kind: 'template', text: suffix, tokens: segments.after.length },
      // The token that ends the answer is one more.
      { kind: 'answer', text: template.answerPrefix + label, tokens: answer.length + 1 },
    ]
    pieces.splice(virtualAt[placement], 0, virtual)
    const shown = pieces.filter((piece) => piece.tokens > 0)
    const all = shown.reduce((sum, piece) => sum + piece.tokens, 0)
    return { row, pieces: shown, tokens: all, budget: Math.min(maxTokens, model.config.context), cut: truncated > 0 }
  })
}

/** Index of the virtual tokens among prefix, text, suffix and answer. `after-text` is after the template's suffix as well. */
const virtualAt = { start: 0, 'before-text': 1, 'after-text': 3 } as const
