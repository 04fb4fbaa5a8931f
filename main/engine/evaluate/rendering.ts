// Describes how a prompt's rows are encoded, for an export that other software reads.
import type { TunedPrompt } from '../../contract/compute.ts'
import type { PreparedModel } from '../../contract/model.ts'
import type { Rendering } from '../../contract/rendering.ts'
import { scoresLabels, taskOf } from '../task/index.ts'
import { endingTokens, frameTokens } from '../tokens/template.ts'
import { answerStops } from './answer-end.ts'
import { answerLimits, encoderFor } from './encode.ts'

/** Errors: those of a template that cannot be rendered, 'tuning/same-tokens'. */
export function renderingOf(
  model: PreparedModel,
  { settings, labels }: Pick<TunedPrompt, 'settings' | 'labels'>,
): Rendering {
  const encoder = encoderFor(model, settings, labels)
  const { tokenizer, limit, end } = encoder
  const frame = frameTokens(tokenizer, model.tokenizer, settings.template)
  const { lead, near, next, rest, first, keeps } = frame
  const { tokens, lines } = answerLimits(model, settings)
  return {
    ...{ lead, near, next, rest, first, keeps, limit, end },
    ending: endingTokens(tokenizer, frame),
    specials: tokenizer.specials,
    labels: labels.map(encoder.answer),
    ends: [...new Set([end, ...tokenizer.ends])],
    stops: answerStops(settings.template, lines),
    answerTokens: scoresLabels(settings) ? 0 : tokens,
    beforeContext: taskOf(settings).textOf('', ' ').slice(0, -1),
  }
}
