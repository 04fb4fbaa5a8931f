// The fields by which chats and completions say how a text is written: OpenAI's, and those that vLLM and llama-server add.
import * as v from 'valibot'
import { between, list, text, whole } from '../../contract/methods/fields.ts'
import type { Input } from '../../contract/service.ts'

type Sampling = Input<'serving.write'>['sampling']

/** As it is: it has any keys. */
const jsonSchema = v.custom<object>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'this must be a JSON Schema',
)

const responseFormat = v.variant('type', [
  v.looseObject({ type: v.literal('text') }),
  v.looseObject({ type: v.literal('json_object') }),
  v.looseObject({
    type: v.literal('json_schema'),
    json_schema: v.looseObject({ name: v.string(), schema: jsonSchema }),
  }),
])

export const samplingFields = {
  model: v.string(),
  stream: v.nullish(v.boolean()),
  stream_options: v.nullish(v.object({ include_usage: v.nullish(v.boolean()) })),
  stop: v.nullish(v.union([text, list(text, 16)])),
  seed: v.nullish(v.pipe(v.number(), v.integer())),
  temperature: v.nullish(between(0, 100)),
  top_p: v.nullish(between(0, 1)),
  /** -1 and 0 = off. */
  top_k: v.nullish(whole(-1, 1_000_000)),
  min_p: v.nullish(between(0, 1)),
  repetition_penalty: v.nullish(between(0.01, 100)),
  frequency_penalty: v.nullish(between(-2, 2)),
  presence_penalty: v.nullish(between(-2, 2)),
  max_tokens: v.nullish(whole(0, 1_000_000)),
  response_format: v.nullish(responseFormat),
}

export type SamplingBody = v.InferOutput<v.ObjectSchema<typeof samplingFields, undefined>>

/** What holds where the request does not say. */
export interface Usual {
  readonly temperature: number
  /** undefined = as the studio has it. */
  readonly maxTokens: number | undefined
}

export function samplingOf(asked: SamplingBody, usual: Usual): Sampling {
  const stop = [asked.stop ?? []].flat().filter((each) => each !== '')
  const form = formOf(asked)
  const maxNewTokens = asked.max_tokens ?? usual.maxTokens
  return {
    temperature: asked.temperature ?? usual.temperature,
    topP: Math.max(1e-6, asked.top_p ?? 1),
    topK: Math.max(0, asked.top_k ?? 0),
    minP: asked.min_p ?? 0,
    repetitionPenalty: asked.repetition_penalty ?? 1,
    frequencyPenalty: asked.frequency_penalty ?? 0,
    presencePenalty: asked.presence_penalty ?? 0,
    // Any whole number will do, negative ones too.
    seed: (asked.seed ?? Math.floor(Math.random() * 2 ** 32)) >>> 0,
    ...(stop.length > 0 ? { stop } : {}),
    ...(maxNewTokens === undefined ? {} : { maxNewTokens }),
    ...(form ? { form } : {}),
  }
}

/** The form that the text must have; undefined = any. */
export function formOf({ response_format: format }: SamplingBody): Sampling['form'] {
  if (format?.type === 'json_object') return { json: 'object' }
  return format?.type === 'json_schema' ? { json: { schema: JSON.stringify(format.json_schema.schema) } } : undefined
}
