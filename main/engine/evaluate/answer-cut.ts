// Where an answer that is written ends, if the model does not say so itself.
import type { Template } from '../../contract/settings.ts'
import { place } from '../tokens/frame.ts'

/** The answer in what was written, and whether what may still follow cannot belong to it. */
type Cut = (written: string) => { readonly answer: string; readonly isOver: boolean }

/**
 * An answer ends where the template would begin its next row, and at a line's end unless right answers have several lines.
 * A base model goes on with more rows otherwise, all the more behind examples, and the words before them would be judged by
 * what is no answer any more.
 */
export function answerCut({ kind, body }: Template, right: readonly string[]): Cut {
  const [opening = ''] = body.split(place)
  const stops = [
    ...(right.some((answer) => /[\r\n]/.test(answer.trim())) ? [] : ['\n']),
    ...(kind === 'plain' && opening.trim() !== '' ? [`\n${opening}`] : []),
  ]
  return (written) => {
    const text = written.replaceAll('\r\n', '\n').trimStart()
    const end = Math.min(...stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0))
    return Number.isFinite(end)
      ? { answer: text.slice(0, end).trim(), isOver: true }
      : { answer: text.trim(), isOver: false }
  }
}
