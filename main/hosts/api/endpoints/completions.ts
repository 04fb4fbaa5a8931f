// POST /v1/completions: OpenAI's completions. A prompt answers a text in its own template, a base model goes on with it.
import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import { list, text, whole } from '../../../contract/methods/fields.ts'
import type { WrittenToken } from '../../../contract/serving.ts'
import { eventStream } from '../event-stream.ts'
import { completionLogprobs } from '../logprobs.ts'
import { allParts } from '../parts.ts'
import { samplingFields } from '../sampling.ts'
import { type Finished, finishReason, refuseFields, usageOf, type WritingRequest, written } from '../writing.ts'
import { type Asking, endpoint } from './endpoint.ts'

const schema = v.looseObject({
  ...samplingFields,
  prompt: v.union([text, list(text, 64, 1)]),
  logprobs: v.nullish(whole(0, 20)),
})
type Body = v.InferOutput<typeof schema>

/** OpenAI's default. */
const USUAL_TOKENS = 16

export const completions = endpoint({
  path: '/v1/completions',
  schema,
  async answer(body, asking) {
    refuseFields(body, ['n', 'best_of', 'echo', 'suffix', 'logit_bias'])
    const requests = [body.prompt].flat().map((one) => requestOf(body, one))
    const common = {
      ...{ id: `cmpl-${randomUUID()}`, object: 'text_completion', created: Math.floor(Date.now() / 1000) },
      model: body.model,
    }
    if (body.stream) return streamed(body, requests, asking, common)
    const found = await allParts(asking, requests, (own, request) => written(own, request))
    const choices = found.map((one, index) => ({
      ...{ text: one.text, index, logprobs: logprobsOf(body, one.tokens, 0), finish_reason: finishReason(one) },
    }))
    return { ...common, choices, usage: usageOf(together(found)) }
  },
})

const requestOf = (body: Body, prompt: string): WritingRequest => ({
  ...{ model: body.model, input: { text: prompt }, asked: body, usualTokens: USUAL_TOKENS },
  likeliest: body.logprobs ?? undefined,
})

function streamed(body: Body, requests: readonly WritingRequest[], asking: Asking, common: object): Promise<Response> {
  const isCounted = body.stream_options?.include_usage === true
  const usage = isCounted ? { usage: null } : {}
  return eventStream(asking, async (send) => {
    const found = await allParts(asking, requests, async (own, request, index) => {
      let offset = 0
      const one = await written(own, request, ({ text: piece, tokens }) => {
        const logprobs = logprobsOf(body, tokens, offset)
        offset += piece.length
        send({ ...common, choices: [{ text: piece, index, logprobs, finish_reason: null }], ...usage })
      })
      const last = { text: '', index, logprobs: null, finish_reason: finishReason(one) }
      send({ ...common, choices: [last], ...usage })
      return one
    })
    if (isCounted) send({ ...common, choices: [], usage: usageOf(together(found)) })
  })
}

function together(found: readonly Finished[]): Pick<Finished, 'usage' | 'cached'> {
  const sum = (of: (one: Finished) => number): number => found.reduce((total, one) => total + of(one), 0)
  return {
    usage: { input: sum(({ usage }) => usage.input), output: sum(({ usage }) => usage.output) },
    cached: sum(({ cached }) => cached),
  }
}

/** `offset`: characters of the text before these tokens. */
const logprobsOf = ({ logprobs }: Body, tokens: readonly WrittenToken[], offset: number) =>
  logprobs === null || logprobs === undefined ? null : completionLogprobs(tokens, offset)
