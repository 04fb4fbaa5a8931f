// POST /v1/chat/completions: OpenAI's chats. A prompt answers the last message in its own template, a base model the whole chat.
import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import { list, text, whole } from '../../../contract/methods/fields.ts'
import type { ChatMessage, WrittenToken } from '../../../contract/serving.ts'
import { eventStream } from '../event-stream.ts'
import { chatLogprobs } from '../logprobs.ts'
import { samplingFields } from '../sampling.ts'
import { finishReason, refuseFields, usageOf, type WritingRequest, written } from '../writing.ts'
import { type Asking, endpoint } from './endpoint.ts'

const part = v.object({ type: v.literal('text'), text })
const message = v.object({
  role: v.picklist(['system', 'developer', 'user', 'assistant']),
  content: v.nullish(v.union([text, list(part, 1000)])),
})

const schema = v.looseObject({
  ...samplingFields,
  messages: list(message, 1000, 1),
  max_completion_tokens: samplingFields.max_tokens,
  logprobs: v.nullish(v.boolean()),
  top_logprobs: v.nullish(whole(0, 20)),
  /** As vLLM and llama-server have it: whether a model that can think before it answers does so; false where absent. */
  chat_template_kwargs: v.nullish(v.strictObject({ enable_thinking: v.nullish(v.boolean()) })),
})
type Body = v.InferOutput<typeof schema>

const unsupported = ['n', 'tools', 'functions', 'logit_bias', 'audio', 'prediction', 'modalities', 'web_search_options']

export const chat = endpoint({
  path: '/v1/chat/completions',
  schema,
  async answer(body, asking) {
    refuseFields(body, unsupported)
    const request = requestOf(body)
    const common = { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model: body.model }
    if (body.stream) return streamed(body, request, asking, { ...common, object: 'chat.completion.chunk' })
    const found = await written(asking, request)
    const message = { role: 'assistant', content: found.text, refusal: null }
    const choice = { index: 0, message, logprobs: logprobsOf(body, found.tokens), finish_reason: finishReason(found) }
    return { ...common, object: 'chat.completion', choices: [choice], usage: usageOf(found) }
  },
})

function requestOf(body: Body): WritingRequest {
  const messages = body.messages.map(({ role, content }): ChatMessage => ({
    role: role === 'developer' ? 'system' : role,
    content: typeof content === 'string' ? content : (content ?? []).map((each) => each.text).join('\n'),
  }))
  const thinking = body.chat_template_kwargs?.enable_thinking ?? false
  return {
    ...{ model: body.model, input: { messages, thinking } },
    asked: { ...body, max_tokens: body.max_completion_tokens ?? body.max_tokens },
    likeliest: body.logprobs ? (body.top_logprobs ?? 0) : undefined,
  }
}

function streamed(body: Body, request: WritingRequest, asking: Asking, common: object): Promise<Response> {
  const isCounted = body.stream_options?.include_usage === true
  const chunk = (delta: object, more: object = {}) => ({
    ...common,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: null, ...more }],
    ...(isCounted ? { usage: null } : {}),
  })
  return eventStream(asking, async (send) => {
    let begins: object = { role: 'assistant', content: '', refusal: null }
    const found = await written(asking, request, ({ text: content, tokens }) => {
      send(chunk({ ...begins, content }, { logprobs: logprobsOf(body, tokens) }))
      begins = {}
    })
    send(chunk(begins, { finish_reason: finishReason(found) }))
    if (isCounted) send({ ...common, choices: [], usage: usageOf(found) })
  })
}

const logprobsOf = ({ logprobs }: Body, tokens: readonly WrittenToken[]) => (logprobs ? chatLogprobs(tokens) : null)
