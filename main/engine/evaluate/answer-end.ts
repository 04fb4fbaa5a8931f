// Finds where a generated answer ends when the model does not emit its end token.
import type { SamplingSettings } from '../../contract/sampling.ts'
import type { Template, TuneSettings } from '../../contract/settings.ts'
import { scoresLabels } from '../task/index.ts'
import { place } from '../tokens/frame.ts'
import { watchStops } from './stop-strings.ts'

/** The answer within the generated text, and whether generation can stop because no further text belongs to it. */
type FindEnd = (generated: string) => { readonly answer: string; readonly isOver: boolean }

/**
 * The texts at which an answer ends: where the template would begin its next row, and a line's end unless answers have
 * several lines. Without them a base model continues with further rows, above all after few-shot examples, and the
 * evaluation would grade those rows as part of the answer.
 */
export function answerStops({ kind, body }: Template, lines: boolean): readonly string[] {
  const [opening = ''] = body.split(place)
  return [...(lines ? [] : ['\n']), ...(kind === 'plain' && opening.trim() !== '' ? [`\n${opening}`] : [])]
}

/** Where an answer to a single text ends: as in an evaluation of the prompt; a label's free answer is one line. */
export function samplingLimits(settings: TuneSettings): Pick<SamplingSettings, 'maxNewTokens' | 'stop'> {
  const { tokens, lines } = settings.answers ?? { tokens: 32, lines: !scoresLabels(settings) }
  return { maxNewTokens: tokens, stop: answerStops(settings.template, lines) }
}

export const hasLines = (answer: string): boolean => /[\r\n]/.test(answer.trim())

export function answerEnd(stops: readonly string[]): FindEnd {
  return (generated) => {
    const text = generated.replaceAll('\r\n', '\n').trimStart()
    const end = Math.min(...stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0))
    return Number.isFinite(end)
      ? { answer: text.slice(0, end).trim(), isOver: true }
      : { answer: text.trim(), isOver: false }
  }
}

/** Takes an answer piece by piece, each in the time of its own length; true from the piece on that `answerEnd` calls its end. */
export function watchEnd(stops: readonly string[]): (piece: string) => boolean {
  const watch = watchStops(stops)
  let isOver = false
  let begun = false
  return (piece) => {
    const text = begun ? piece : piece.trimStart()
    begun ||= text !== ''
    return (isOver ||= watch.push(text.replaceAll('\r', '')).stopped)
  }
}
