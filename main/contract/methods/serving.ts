// Methods serving.*: programs ask tuned prompts and base models, many questions about a text in one reading.
import * as v from 'valibot'
import type { ServedText, TokenUsage } from '../serving.ts'
import { list, reference, run, text, whole } from './fields.ts'
import type { LabelAnswer } from './prompts.ts'
import { samplingFields } from './sampling.ts'

/** Questions about one text at most. */
export const maxQuestions = 400
/** Options of a question in words at most. */
export const maxOptions = 255

const option = v.strictObject({ label: v.pipe(text, v.minLength(1)), description: v.exactOptional(text) })

const question = v.variant('by', [
  /** One of a tuned prompt's labels. */
  v.strictObject({ by: v.literal('prompt'), prompt: run }),
  /** The same by the prompt that stands on the shelf under a name; it counts. */
  v.strictObject({ by: v.literal('item'), item: reference }),
  /** One of some options, chosen by a base model alone, which reads the question behind the text. */
  v.strictObject({
    ...{ by: v.literal('written'), model: reference, instructions: text },
    options: list(option, maxOptions, 1),
  }),
])

const message = v.strictObject({ role: v.picklist(['system', 'user', 'assistant']), content: text })

export const servingInputs = {
  /**
   * Answers questions about a text, which each model reads once. Calls that come while others are answered are answered
   * together. Errors: 'serving/writes' for a prompt that chooses among no labels, 'shelf/missing'.
   */
  'serving.ask': v.strictObject({
    text,
    context: v.exactOptional(text),
    questions: list(question, maxQuestions, 1),
  }),
  /**
   * Writes: emits `wrote` events, and ends at an end token, a stop string, the limit, or where the context is full. Errors:
   * 'serving/no-context', 'serving/schema'.
   */
  'serving.write': v.strictObject({
    /** A tuned prompt, which reads the text in its own template, by its name or that on the shelf; or a base model. */
    by: v.union([
      v.strictObject({ prompt: run }),
      v.strictObject({ item: reference }),
      v.strictObject({ model: reference }),
    ]),
    input: v.union([
      v.strictObject({ text }),
      v.strictObject({ messages: list(message, 1000, 1), thinking: v.exactOptional(v.boolean()) }),
    ]),
    sampling: v.strictObject({
      /** That of the prompt's evaluation, or 1,024, where absent. */
      maxNewTokens: v.exactOptional(whole(0, 1_000_000)),
      /** Beside those of the prompt. */
      stop: v.exactOptional(list(v.pipe(text, v.minLength(1)), 16)),
      /** JSON: any object, or what a JSON Schema (as JSON text) allows. */
      form: v.exactOptional(v.strictObject({ json: v.union([v.literal('object'), v.strictObject({ schema: text })]) })),
      ...samplingFields,
    }),
    /** How many of the likeliest tokens are told beside each. */
    likeliest: v.exactOptional(whole(0, 20)),
  }),
} as const

export type AskedQuestion = v.InferOutput<typeof question>

/** `labels`: in the order of the prompt's labels or the question's options. */
export interface AskedChoice extends LabelAnswer {
  /** Tokens at the text's end that were not read, because it was too long. */
  readonly cut: number
}

export interface ServingOutputs {
  /** `answers`: in the order of the questions. */
  readonly 'serving.ask': { readonly answers: readonly AskedChoice[]; readonly usage: TokenUsage }
  readonly 'serving.write': ServedText
}
