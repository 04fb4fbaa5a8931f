// Previews a row as the model reads it, in pieces: template, text, virtual tokens, what an adapter acts on, and answer, each
// with its token count.
import type { Job } from '../../contract/compute.ts'
import type { PreviewPiece, PreviewRow } from '../../contract/service.ts'
import { methodOf } from '../method/index.ts'
import { frameOf } from '../tokens/frame.ts'
import { createEncoder } from './encode.ts'

type PreviewJob = Extract<Job, { kind: 'preview' }>

/** One preview for each example. Errors: 'tuning/no-room', and those of the template. */
export function previewRows({ model, settings, labels, examples }: PreviewJob): PreviewRow[] {
  const { template, placement, tokens, maxTokens } = settings
  const encoder = createEncoder(model, settings, labels)
  const { prefix, suffix, shape } = frameOf(model.tokenizer, template)
  const virtual: PreviewPiece = { kind: 'virtual', text: '', tokens }
  const adapted = methodOf(settings).family === 'tail adapter' ? settings.tail : 0
  /** Splits what an adapter acts on off the end of a piece with these ids; as it is where a token ends within a character. */
  const cut = (piece: PreviewPiece, ids: readonly number[], tail: number): PreviewPiece[] => {
    const at = Math.max(0, ids.length - tail)
    if (tail === 0 || ids.length === 0) return [piece]
    const [whole, head] = [ids, ids.slice(0, at)].map((some) => encoder.tokenizer.decode(some)) as [string, string]
    // The space between template and text may be in the text's first token.
    const end = at === 0 ? piece.text : whole.slice(head.length)
    if (!whole.startsWith(head) || !piece.text.endsWith(end)) return [piece]
    const text = piece.text.slice(0, piece.text.length - end.length)
    return [
      { ...piece, text, tokens: at },
      { kind: 'adapted', text: end, tokens: ids.length - at },
    ]
  }
  return examples.map(({ row, text, label }) => {
    const { segments, truncated } = encoder.fit(text)
    const modelText = truncated === 0 ? shape(text) : encoder.tokenizer.decode(segments.text)
    const answer = encoder.answer(label)
    const { after } = segments
    const inText = Math.max(0, adapted - after.length)
    const pieces: PreviewPiece[][] = [
      [{ kind: 'template', text: prefix, tokens: segments.before.length }],
      cut({ kind: 'text', text: modelText, tokens: segments.text.length }, segments.text, inText),
      cut({ kind: 'template', text: suffix, tokens: after.length }, after, adapted),
      // The token that ends the answer is one more.
      [{ kind: 'answer', text: template.answerPrefix + label, tokens: answer.length + 1 }],
    ]
    pieces.splice(virtualAt[placement], 0, [virtual])
    const shown = pieces.flat().filter((piece) => piece.tokens > 0)
    const all = shown.reduce((sum, piece) => sum + piece.tokens, 0)
    return { row, pieces: shown, tokens: all, budget: Math.min(maxTokens, model.config.context), cut: truncated > 0 }
  })
}

/** Index of the virtual tokens among prefix, text, suffix and answer. `after-text` is after the template's suffix as well. */
const virtualAt = { start: 0, 'before-text': 1, 'after-text': 3 } as const
