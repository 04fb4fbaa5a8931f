// The local API writes: chats and completions, whole or streamed, in OpenAI's format.
import { describe, expect, it } from 'vitest'
import { promptsForAll, serve } from '../../../support/api.ts'

const prompts = promptsForAll()

const start = async () => {
  const { service, model } = prompts()
  return { service, model, api: await serve(service, model) }
}

describe('/v1/chat/completions, /v1/completions', () => {
  const messages = [{ role: 'user', content: 'praise for you' }]

  it('write with a prompt that writes and with the base model, and answer with a label where there are labels', async () => {
    const { api, model } = await start()
    for (const name of ['writer', model]) {
      const { json } = await api.post('/v1/chat/completions', { model: name, messages })
      expect(json).toMatchObject({
        object: 'chat.completion',
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: 'PRAISE FOR YOU ' },
            logprobs: null,
            finish_reason: 'stop',
          },
        ],
        usage: { prompt_tokens: 3, completion_tokens: 3, total_tokens: 6 },
      })
    }
    const labelled = await api.post('/v1/chat/completions', {
      model: 'team',
      messages,
      logprobs: true,
      top_logprobs: 2,
    })
    expect(labelled.json).toMatchObject({
      choices: [
        {
          message: { content: 'praise' },
          logprobs: { content: [{ token: 'praise', top_logprobs: [{ token: 'praise' }, { token: 'billing' }] }] },
        },
      ],
    })
    const { json } = await api.post('/v1/completions', { model: 'writer', prompt: ['a b', 'c'] })
    expect(json).toMatchObject({ object: 'text_completion', choices: [{ text: 'A B ' }, { index: 1, text: 'C ' }] })
  })

  it('stream what they write, and end with [DONE]', async () => {
    const { api } = await start()
    const { headers, body } = await api.post('/v1/chat/completions', {
      ...{ model: 'writer', messages, stream: true, stream_options: { include_usage: true } },
    })
    expect(headers['content-type']).toContain('text/event-stream')
    const events = body.trimEnd().split('\n\n')
    expect(events.at(-1)).toBe('data: [DONE]')
    const chunks = events
      .slice(0, -1)
      .map((event) => JSON.parse(event.slice(6)) as { choices: { delta: { content?: string } }[] })
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('PRAISE FOR YOU ')
    expect(chunks.at(-2)).toMatchObject({ choices: [{ finish_reason: 'stop' }] })
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 6 } })
    await expect.poll(() => api.lines.map(({ tokens }) => tokens.output)).toEqual([3])
  })

  it('pass on how a text is to be written', async () => {
    const { api, model } = await start()
    const fields = {
      ...{ temperature: 0.7, top_p: 0.9, top_k: 40, min_p: 0.05, seed: 7, stop: 'END', max_tokens: 9 },
      ...{
        frequency_penalty: 0.1,
        presence_penalty: 0.2,
        repetition_penalty: 1.1,
        response_format: { type: 'json_object' },
      },
    }
    const sampling = {
      ...{ temperature: 0.7, topP: 0.9, topK: 40, minP: 0.05, seed: 7, stop: ['END'], maxNewTokens: 9 },
      ...{ frequencyPenalty: 0.1, presencePenalty: 0.2, repetitionPenalty: 1.1, form: { json: 'object' } },
    }
    const ask = { messages: [{ role: 'user', content: 'how?' }], chat_template_kwargs: { enable_thinking: true } }
    const chat = await api.post('/v1/chat/completions', { model, ...ask, ...fields })
    const { choices } = chat.json as { choices: { message: { content: string } }[] }
    expect(JSON.parse(choices[0]?.message.content ?? '')).toMatchObject({ sampling, input: { thinking: true } })
    const completion = await api.post('/v1/completions', { model, prompt: 'how?', ...fields })
    const [first] = (completion.json as { choices: { text: string }[] }).choices
    expect(JSON.parse(first?.text ?? '')).toMatchObject({ sampling })

    const schema = { type: 'object', properties: { a: { type: 'string' } } }
    const format = { type: 'json_schema', json_schema: { name: 'thing', strict: true, schema } }
    const plain = await api.post('/v1/chat/completions', { model, messages: ask.messages, response_format: format })
    const content = (plain.json as { choices: typeof choices }).choices[0]?.message.content ?? ''
    expect(JSON.parse(content)).toMatchObject({
      sampling: { temperature: 1, topP: 1, topK: 0, form: { json: { schema: JSON.stringify(schema) } } },
      input: { thinking: false },
    })
  })

  it('say by status and code what cannot be done, where they stream too', async () => {
    const { api } = await start()
    const long = [{ role: 'user', content: 'too long' }]
    for (const stream of [false, true])
      expect(await api.post('/v1/chat/completions', { model: 'writer', messages: long, stream })).toMatchObject({
        status: 400,
        json: { error: { type: 'invalid_request_error', code: 'context_length_exceeded' } },
      })
    const format = { response_format: { type: 'json_object' } }
    expect(await api.post('/v1/chat/completions', { model: 'team', messages, ...format })).toMatchObject({
      status: 400,
      json: { error: { param: 'response_format', code: 'unsupported_field' } },
    })
    for (const wrong of [{ top_k: -2 }, { min_p: 2 }, { repetition_penalty: 0 }, { response_format: { type: 'xml' } }])
      expect(await api.post('/v1/chat/completions', { model: 'writer', messages, ...wrong })).toMatchObject({
        status: 400,
        json: {
          error: { code: 'invalid_request', param: expect.stringContaining(Object.keys(wrong)[0] ?? '') as string },
        },
      })
  })

  it('refuse what they do not support, by the field', async () => {
    const { api } = await start()
    const nothing = { n: 1, tools: [], logit_bias: {}, best_of: 1, echo: false, suffix: '', user: 'me' }
    for (const [path, body] of [
      ['/v1/chat/completions', { messages }],
      ['/v1/completions', { prompt: 'a' }],
    ] as const)
      expect((await api.post(path, { model: 'writer', ...body, ...nothing })).status).toBe(200)
    for (const [field, value] of [
      ['n', 2],
      ['n', 0],
      ['tools', 1],
      ['tools', [{ type: 'function' }]],
    ] as const)
      expect(await api.post('/v1/chat/completions', { model: 'writer', messages, [field]: value })).toMatchObject({
        status: 400,
        json: { error: { param: field, code: 'unsupported_field' } },
      })
  })
})
