// The local API answers prompts' questions in each of its formats, and says in one sentence what it cannot do.
import { describe, expect, it } from 'vitest'
import type { Studio } from '../../../../main/contract/service.ts'
import { deciderOf } from '../../../../main/hosts/api/deciders.ts'
import type { Offered } from '../../../../main/hosts/api/shelf.ts'
import { promptsForAll, serve } from '../../../support/api.ts'

const prompts = promptsForAll()

const start = async () => {
  const { service, model } = prompts()
  return { service, model, api: await serve(service, model) }
}

describe('/v1/classify', () => {
  it('answers each text by each prompt, and tells log and metrics who answered, but not what', async () => {
    const { api } = await start()
    const { status, json } = await api.post('/v1/classify', { prompt: 'team', text: ['delivery is late', 'praise'] })
    expect(status).toBe(200)
    const { answers } = json as { answers: { label: string }[] }
    expect(answers.map(({ label }) => label)).toEqual(['delivery', 'praise'])
    expect(json).toMatchObject({
      object: 'classification',
      answers: [
        {
          ...{ index: 0, prompt: 'team', label: 'delivery', probability: expect.closeTo(0.9) as number },
          truncated_tokens: 0,
        },
        { index: 1, prompt: 'team' },
      ],
      usage: { input_tokens: 4, cached_tokens: 0 },
    })
    await expect.poll(() => api.lines).toHaveLength(1)
    expect(api.lines[0]).toMatchObject({ method: 'POST', path: '/v1/classify', status: 200, by: ['team'] })
    expect(JSON.stringify(api.lines)).not.toContain('delivery')
    const metrics = await api.ask('/metrics')
    expect(metrics.headers['content-type']).toContain('version=0.0.4')
    expect(metrics.body).toContain('softprompt_requests_total{endpoint="/v1/classify",status="200"} 1\n')
    expect(metrics.body).toContain('softprompt_request_duration_seconds_bucket{endpoint="/v1/classify",le="+Inf"} 1\n')
    expect(metrics.body).toContain('softprompt_tokens_total{kind="input"} 4\n')
  })

  it('needs no name where one prompt has labels, and says which there are', async () => {
    const { api } = await start()
    expect((await api.post('/v1/classify', { text: 'praise' })).status).toBe(200)
    const { status, json } = await api.post('/v1/classify', { prompt: 'nobody', text: 'praise' })
    expect(status).toBe(404)
    expect(json).toEqual({
      error: {
        message:
          '"nobody" is not on the shelf. There are: writer, team. Put it on the shelf in the studio, or choose one of these.',
        ...{ type: 'not_found_error', param: 'prompt', code: 'prompt_not_found' },
      },
    })
    expect(await api.post('/v1/classify', { prompt: 'writer', text: 'praise' })).toMatchObject({ status: 400 })
  })
})

describe('/v1/models, /health', () => {
  it('list the prompts and the base model, as OpenAI and as TypeSafe list them', async () => {
    const { api, model } = await start()
    const { data, models } = JSON.parse((await api.ask('/v1/models')).body) as {
      data: { id: string }[]
      models: { name: string }[]
    }
    expect(data.map(({ id }) => id)).toEqual(['writer', 'team', model])
    expect(models.map(({ name }) => name)).toEqual(['writer', 'team', model])
    expect(JSON.parse((await api.ask('/v1/models/team')).body)).toMatchObject({
      id: 'team',
      object: 'model',
      base: model,
    })
    expect(await api.ask('/v1/models/nobody')).toMatchObject({ status: 404 })
    expect(JSON.parse((await api.ask('/health')).body)).toEqual({ status: 'ok' })
  })

  it('offer what is put on the shelf meanwhile, or only what is named', async () => {
    const { service, model, api } = await start()
    await service.call('shelf.put', { prompt: 'team', name: 'crew' })
    await expect.poll(async () => (await api.ask('/v1/models')).body).toContain('"crew"')
    expect((await api.post('/v1/classify', { prompt: 'crew', text: 'praise' })).status).toBe(200)
    await service.call('shelf.takeOff', { item: 'crew' })
    await expect.poll(async () => (await api.ask('/v1/models')).body).not.toContain('"crew"')
    expect((await api.post('/v1/classify', { prompt: 'crew', text: 'praise' })).status).toBe(404)
    const some = await serve(service, model, { prompts: ['writer'] })
    expect((await some.ask('/v1/models')).body).not.toContain('"team"')
    await expect(serve(service, model, { prompts: ['nobody'] })).rejects.toThrow('There is no prompt "nobody"')
  })
})

describe('/v1/decisions', () => {
  const choices = ['billing', 'delivery', 'praise'].map((value) => ({ value }))

  it('lets a prompt answer the question that names it, and the base model any other, and says who did', async () => {
    const { api, model } = await start()
    const { status, json } = await api.post('/v1/decisions', {
      model,
      input: 'delivery is late',
      questions: [
        { type: 'choice', name: 'team', instructions: 'Which team?', choices },
        { type: 'choice', instructions: 'Team', choices: choices.toReversed() },
        { type: 'predicate', name: 'urgent', instructions: 'Is it urgent?' },
        {
          type: 'score',
          instructions: 'How angry?',
          levels: [{ label: 'calm' }, { label: 'cross' }, { label: 'angry' }],
        },
        { type: 'choice', name: 'team', instructions: 'Which?', choices: [{ value: true }, { value: 'no' }] },
      ],
    })
    expect(status).toBe(200)
    const close = (value: number): number => expect.closeTo(value) as number
    expect(json).toMatchObject({
      model,
      answers: [
        {
          ...{
            type: 'choice',
            name: 'team',
            choice: 'delivery',
            confidence: close(0.85),
            answered_by: { prompt: 'team' },
          },
          probabilities: [
            { value: 'billing', probability: close(0.05) },
            { value: 'delivery', probability: close(0.9) },
            { value: 'praise', probability: close(0.05) },
          ],
        },
        { name: null, choice: 'delivery', answered_by: { prompt: 'team' } },
        { type: 'predicate', name: 'urgent', probability: close(0.9), answered_by: { model } },
        {
          ...{ type: 'score', score: close(0.15), answered_by: { model } },
          probabilities: [
            { label: 'calm', value: 0, probability: close(0.9) },
            { label: 'cross', value: 1 },
            { label: 'angry', value: 2 },
          ],
        },
        { choice: true, answered_by: { model } },
      ],
      usage: { input_tokens: 3, input_tokens_details: { cached_tokens: 0 }, output_tokens: 0, total_tokens: 3 },
    })
  })

  it('reads messages and their parts, and refuses pictures', async () => {
    const { api } = await start()
    const ask = (input: unknown) =>
      api.post('/v1/decisions', {
        ...{ model: 'team', input },
        questions: [{ type: 'choice', instructions: 'Which?', choices }],
      })
    const { json } = await ask([{ role: 'user', content: [{ type: 'input_text', text: 'praise' }] }])
    expect(json).toMatchObject({ answers: [{ choice: 'praise', answered_by: { prompt: 'team' } }] })
    const picture = [{ role: 'user', content: [{ type: 'input_image', image_url: 'data:' }] }]
    expect(await ask(picture)).toMatchObject({ status: 400 })
    expect(await ask([])).toMatchObject({ status: 400 })
  })
})

describe('/v1/systemone', () => {
  it('answers named questions about a state, and refuses in its own form', async () => {
    const { api, model } = await start()
    const { status, json } = await api.post('/v1/systemone', {
      model,
      state: { message: 'delivery is late' },
      questions: {
        team: {
          type: 'choice',
          instructions: 'Which?',
          criteria: { billing: null, delivery: 'parcels', praise: null },
        },
        urgent: { type: 'noul', instructions: 'Is it urgent?', criteria: { true: 'today', false: null } },
        anger: { type: 'score', instructions: 'How angry?', criteria: ['calm', { level: 'cross' }] },
      },
    })
    expect(status).toBe(200)
    expect(json).toMatchObject({
      model,
      answers: {
        team: { type: 'choice', choice: 'billing', answered_by: { prompt: 'team' } },
        urgent: { type: 'noul', noul: expect.closeTo(0.9) as number },
        anger: {
          ...{ type: 'score', score: expect.closeTo(0.1) as number, legend: { 0: 'calm', 1: { level: 'cross' } } },
          probabilities: { 0: expect.closeTo(0.9) as number, 1: expect.closeTo(0.1) as number },
        },
      },
      usage: { output_tokens: 0 },
    })
    const refused = await api.post('/v1/systemone', { model, state: 'x', questions: {} })
    expect(refused.status).toBe(422)
    expect((refused.json as { detail: string }).detail).toMatch(/^questions: /)
    expect(
      (await api.post('/v1/systemone', { model: 'jev', state: 'x', questions: { q: { type: 'noul' } } })).status,
    ).toBe(404)
  })

  it('finds the prompt whose instructions a question repeats, whatever yes and no are said to mean', () => {
    const settings = { template: { instruction: 'Is it urgent?' } } as Offered['settings']
    const common = { modelName: 'base', createdAt: '', labels: ['yes', 'no'], purpose: '' }
    const shelf = {
      models: [],
      prompts: [{ ...common, name: 'hurry', settings, by: { item: 'hurry' } }],
      isWhole: true,
    }
    const question = { kind: 'yes or no', name: 'q', options: [], meaning: 'Yes: today' } as const
    const deciderFor = (instructions: string) => deciderOf(shelf, 'base', { ...question, instructions })
    expect(deciderFor('Is it urgent?').answeredBy).toEqual({ prompt: 'hurry' })
    expect(deciderFor('Is it late?').asked).toMatchObject({ instructions: 'Is it late?\nYes: today' })
  })

  it('reads and answers names that mean something to JavaScript', async () => {
    const { service, model } = prompts()
    const texts: string[] = []
    const studio: Studio = {
      call: (method, input, options) => {
        if (method === 'serving.ask') texts.push((input as { readonly text: string }).text)
        return service.call(method, input, options)
      },
    }
    const api = await serve(studio, model)
    const state = '{"__proto__":"a","constructor":"b","prototype":"c"}'
    const criteria = '{"constructor":null,"__proto__":null,"driver":null}'
    const question = `{"type":"choice","criteria":${criteria}}`
    const headers = { 'content-type': 'application/json' }
    const body = `{"model":"${model}","state":${state},"questions":{"constructor":${question}}}`
    const answer = await api.ask('/v1/systemone', { method: 'POST', headers, body })
    expect(answer.status).toBe(200)
    expect(texts).toEqual([state])
    expect(answer.body).toContain('"answers":{"constructor":{"type":"choice"')
    expect(answer.body).toMatch(/"probabilities":\{"constructor":[^,]*,"__proto__":[^,]*,"driver":/)
  })

  it('says which option or question is at fault', async () => {
    const { api, model } = await start()
    for (const [questions, field] of [
      [{ anger: { type: 'choice', criteria: { calm: 7 } } }, 'questions.anger.criteria.calm'],
      [{ anger: { type: 'choice', criteria: {} } }, 'questions.anger.criteria'],
      [{ anger: { type: 'choice', criteria: { '': null } } }, 'questions.anger.criteria'],
      [{ anger: { type: 'mood' } }, 'questions.anger.type'],
      [[], 'questions'],
    ] as const)
      expect(await api.post('/v1/systemone', { model, state: 'x', questions })).toMatchObject({
        status: 422,
        json: { error: { field } },
      })
  })
})

describe('keys', () => {
  it('are needed where they are asked for, work at once, and open nothing once revoked', async () => {
    const { service, model } = prompts()
    const api = await serve(service, model, { needsKey: true })
    const get = (key?: string) => api.ask('/v1/models', { headers: key ? { authorization: `Bearer ${key}` } : {} })
    expect(await get()).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } })
    const key = api.keys.add('laptop', undefined)
    expect((await get(key)).status).toBe(200)
    expect((await get(`${key}x`)).status).toBe(401)
    await expect.poll(() => api.lines.map((line) => line.key)).toContain('laptop')
    expect(JSON.stringify(api.keys.list())).not.toContain(key)
    api.keys.revoke('laptop')
    expect((await get(key)).status).toBe(401)
    expect((await api.ask('/health')).status).toBe(200)
  })

  it('that are revoked open nothing where none is needed either; other words are taken for placeholders', async () => {
    const { service, model } = prompts()
    const api = await serve(service, model)
    const get = (key: string) => api.ask('/v1/models', { headers: { authorization: `Bearer ${key}` } })
    expect((await get('unused')).status).toBe(200)
    const key = api.keys.add('old', undefined)
    api.keys.revoke('old')
    expect((await get(key)).status).toBe(401)
  })

  it('ask no oftener than they may', async () => {
    const { service, model } = prompts()
    const api = await serve(service, model)
    const key = api.keys.add('slow', 3)
    const get = () => api.ask('/v1/models', { headers: { authorization: `Bearer ${key}` } })
    for (let i = 0; i < 3; i++) expect((await get()).status).toBe(200)
    const refused = await get()
    expect(refused.status).toBe(429)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(10)
    expect((await api.ask('/v1/models')).status).toBe(200)
  })
})
