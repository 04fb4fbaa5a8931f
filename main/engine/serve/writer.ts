// Writes texts for callers, with a prompt or without: all that are written at the same time share their decoding steps.
import type { TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { PreparedModel } from '../../contract/model.ts'
import type { ServedWriting } from '../../contract/serving.ts'
import { createConstrainer } from '../constrain/constrainer.ts'
import type { StartDecoding } from '../evaluate/decode.ts'
import { createEncoder, tokenizerOf } from '../evaluate/encode.ts'
import type { PlacedPrompt } from '../evaluate/label-scores.ts'
import { placedPrompt } from '../evaluate/score.ts'
import { write, type WriteSink, type Written } from '../evaluate/write.ts'
import { layOut, type Sequence } from '../method/layout.ts'
import { encodeConversation } from '../tokens/conversation.ts'

export interface Writer {
  /**
   * `prompt`: the one that the request names. Errors: 'tuning/no-room', 'tuning/other-model', 'serving/no-context',
   * 'serving/schema', those of templates.
   */
  write(
    writing: ServedWriting,
    prompt: TunedPrompt | undefined,
    sink: WriteSink,
  ): Promise<Written & { readonly input: number }>
}

export function createWriter(model: PreparedModel, start: StartDecoding): Writer {
  const tokenizer = tokenizerOf(model)
  const { context } = model.config
  const constrain = createConstrainer(tokenizer)
  /** Kept, since rows whose parts are the same ones share their steps. */
  const placedPrompts = new WeakMap<TunedPrompt, PlacedPrompt>()
  const placedOf = (prompt: TunedPrompt): PlacedPrompt => {
    const placed = placedPrompts.get(prompt) ?? placedPrompt(model, prompt)
    placedPrompts.set(prompt, placed)
    return placed
  }

  /** A tuned prompt reads a text in its own template; the base model goes on with a text, or answers a conversation. */
  const sequenceOf = ({ input }: ServedWriting, prompt: TunedPrompt | undefined): Sequence => {
    if (prompt) {
      const { settings } = prompt
      const text =
        'text' in input ? input.text : (input.messages.findLast(({ role }) => role === 'user')?.content ?? '')
      return layOut(createEncoder(model, settings, [], settings.answers?.tokens).row(text), [], settings)
    }
    const ids =
      'text' in input
        ? [...(tokenizer.addBos && tokenizer.bos !== undefined ? [tokenizer.bos] : []), ...tokenizer.encode(input.text)]
        : encodeConversation(tokenizer, model.tokenizer, input.messages, input.thinking ?? false)
    if (ids.length >= context) throw studioError('serving/no-context', ids.length, context)
    return layOut(
      { before: [], text: ids.length > 0 ? ids : [tokenizer.bos ?? tokenizer.eos], after: [] },
      [],
      undefined,
    )
  }

  return {
    async write(writing, prompt, sink) {
      const sequence = sequenceOf(writing, prompt)
      const placed = prompt && placedOf(prompt)
      const { sampling, likeliest } = writing
      const constraint = sampling.form && constrain(sampling.form)
      const task = { start, tokenizer, sequence, placed, sampling, context, likeliest, constraint }
      const written = await write(task, sink)
      return { ...written, input: sequence.ids.length }
    },
  }
}
