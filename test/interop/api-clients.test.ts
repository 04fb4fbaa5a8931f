// The official clients of OpenAI and of TypeSafe, unmodified, against the local API over a real model: they read what the studio
// answers by itself.
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { choice, noul, score, TypeSafeClient } from '@typesafe-ai/sdk'
import { Ajv2020 } from 'ajv/dist/2020.js'
import OpenAI from 'openai'
import { expect, it, onTestFinished } from 'vitest'
import { processHost } from '../../main/hosts/cli/host.ts'
import { openKeys } from '../../main/service/serving/keys.ts'
import { serveApi } from '../../main/hosts/api/server.ts'
import { forkCompute } from '../../main/service/compute/child.ts'
import { openHome } from '../../main/service/home/home.ts'
import { createService } from '../../main/service/service.ts'
import { clientsPython } from '../support/python-env.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { tinyFolder } from '../support/tiny.ts'

const labels = ['billing', 'delivery', 'praise']
/** Texts that are nothing alike. */
const texts = Array.from({ length: 36 }, (_, i) =>
  Array.from({ length: 3 + (i % 9) }, (_each, j) => (7919 * (i + 1) * (j + 3) ** 2).toString(36)).join(' '),
)
const text = 'my parcel is lost'

const mailSchema = {
  type: 'object',
  properties: {
    team: { enum: labels },
    urgent: { type: 'boolean' },
    parcels: { type: 'integer' },
    tags: { type: 'array', items: { enum: ['late', 'lost', 'broken'] }, maxItems: 3 },
  },
  required: ['team', 'urgent', 'parcels', 'tags'],
  additionalProperties: false,
}

/** The tiny model with a chat template, as a folder in another. */
function chatModel(folder: string): string {
  const model = join(folder, 'tiny')
  cpSync(tinyFolder('qwen3'), model, { recursive: true })
  const file = join(model, 'tokenizer_config.json')
  const chat_template = '{% for m in messages %}<s>{{ m.role }}: {{ m.content }}</s>{% endfor %}<s>assistant:'
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), chat_template }))
  return model
}

/** A tiny model with a prompt "mail", the API over it, and what the studio answers by itself. */
async function served() {
  const folder = temporaryFolder()
  const spawnCompute = forkCompute(processHost.compute)
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnCompute, threads: 1 })
  onTestFinished(() => service.close())
  await service.call('models.add', { path: chatModel(folder), name: 'tiny' })
  const data = join(folder, 'mail.jsonl')
  const rows = texts.map((each, i) => ({ text: each, label: labels[i % 3] }))
  writeFileSync(data, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  const { dataset, version } = await service.call('data.import', { path: data })
  const settings = { steps: 10, tokens: 4, folds: 0, duel: false, learningRate: 0.05 }
  const run = { dataset, version, model: 'tiny', text: 'text', label: 'label', name: 'mail', settings }
  await service.call('runs.start', run)
  await service.call('runs.watch', { run: 'mail' })
  await service.call('shelf.put', { prompt: 'mail' })
  const { labels: own } = await service.call('classify', { run: 'mail', text })
  const keys = openKeys(join(folder, 'keys.json'))
  const key = keys.add('clients', undefined)
  const api = await serveApi({
    ...{ studio: service, model: 'tiny', address: '127.0.0.1', port: 0, keys, needsKey: true },
    onRequest: () => undefined,
  })
  onTestFinished(() => api.close())
  return { folder, url: api.url, key, own }
}

it('read in JavaScript what the studio answers', async () => {
  const { url, key, own } = await served()
  const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 })
  expect((await openai.models.list()).data.map(({ id }) => id)).toEqual(['mail', 'tiny'])

  const messages = [{ role: 'user' as const, content: text }]
  const chat = await openai.chat.completions.create({ model: 'mail', messages, logprobs: true, top_logprobs: 3 })
  expect(chat.choices[0]?.message.content).toBe(own[0]?.label)
  const logprob = chat.choices[0]?.logprobs?.content?.[0]?.logprob ?? NaN
  expect(Math.exp(logprob)).toBeCloseTo(own[0]?.probability ?? NaN, 4)

  const greedy = { model: 'tiny', prompt: text, temperature: 0, max_tokens: 12 }
  const whole = await openai.completions.create(greedy)
  let streamed = ''
  for await (const chunk of await openai.completions.create({ ...greedy, stream: true }))
    streamed += chunk.choices[0]?.text ?? ''
  expect(streamed).toBe(whole.choices[0]?.text)
  expect(whole.usage?.completion_tokens).toBeGreaterThan(0)
  await expect(openai.completions.create({ ...greedy, model: 'nobody' })).rejects.toThrow(OpenAI.NotFoundError)

  await expect(openai.completions.create({ ...greedy, n: 2 })).rejects.toThrow(OpenAI.BadRequestError)
  await writesByOpenAi(openai, text)

  const decision = await openai.decisions.create({
    ...{ model: 'tiny', input: text },
    questions: [
      { type: 'choice', name: 'mail', instructions: 'Which?', choices: labels.map((value) => ({ value })) },
      { type: 'predicate', instructions: 'Is it urgent?' },
    ],
  })
  const [first, second] = decision.answers
  expect(first).toMatchObject({ type: 'choice', name: 'mail', choice: own[0]?.label })
  if (first?.type !== 'choice') throw new Error('no choice')
  for (const { value, probability } of first.probabilities)
    expect(probability).toBeCloseTo(own.find(({ label }) => label === value)?.probability ?? NaN, 4)
  expect(second).toMatchObject({ type: 'predicate', name: null })

  const typesafe = new TypeSafeClient({ apiKey: key, baseURL: url, defaultModel: 'tiny' })
  const { answers } = await typesafe.systemOne({
    state: text,
    questions: {
      mail: choice('Which?', { billing: null, delivery: null, praise: null }),
      urgent: noul('Is it urgent?'),
      anger: score('How angry?', ['calm', 'cross', 'angry']),
    },
  })
  expect(answers.mail.choice).toBe(own[0]?.label)
  expect(answers.mail.probabilities.billing).toBeCloseTo(
    own.find(({ label }) => label === 'billing')?.probability ?? NaN,
    4,
  )
  expect(answers.urgent.noul).toBeGreaterThan(0)
  expect(answers.anger.score).toBeGreaterThan(0)
  await expect(
    typesafe.systemOne({ state: text, questions: { q: { type: 'aurora' } as never } }),
  ).rejects.toMatchObject({
    status: 422,
  })
})

/** JSON by a schema, streamed, with the tokens' probabilities. */
async function writesByOpenAi(openai: OpenAI, prompt: string): Promise<void> {
  const format = { type: 'json_schema' as const, json_schema: { name: 'mail', strict: true, schema: mailSchema } }
  const asked = { model: 'tiny', messages: [{ role: 'user' as const, content: prompt }], response_format: format }
  const stream = await openai.chat.completions.create({
    ...{ ...asked, stream: true, seed: 5, temperature: 1, max_completion_tokens: 200, logprobs: true, top_logprobs: 2 },
    ...{ frequency_penalty: 0.5, presence_penalty: 0.5 },
  })
  const pieces: string[] = []
  const tokens: string[] = []
  let reason: string | null | undefined
  for await (const { choices } of stream) {
    pieces.push(choices[0]?.delta.content ?? '')
    for (const { token, logprob, top_logprobs } of choices[0]?.logprobs?.content ?? []) {
      tokens.push(token)
      expect(logprob).toBeLessThan(0)
      expect(top_logprobs).toHaveLength(2)
    }
    reason = choices[0]?.finish_reason ?? reason
  }
  expect(reason).toBe('stop')
  expect(tokens.join('')).toBe(pieces.join(''))
  expect(new Ajv2020().validate(mailSchema, JSON.parse(pieces.join('')))).toBe(true)
  const again = await openai.chat.completions.create({
    ...{ ...asked, seed: 5, temperature: 1, max_completion_tokens: 200, frequency_penalty: 0.5, presence_penalty: 0.5 },
  })
  expect(again.choices[0]?.message.content).toBe(pieces.join(''))
  const wrong = { ...format, json_schema: { ...format.json_schema, schema: { type: 'string', pattern: 'a' } } }
  for (const streaming of [false, true])
    await expect(
      openai.chat.completions.create({ ...asked, response_format: wrong, stream: streaming }),
    ).rejects.toMatchObject({ status: 400, code: 'invalid_json_schema', param: 'response_format' })
}

it('read in Python what the studio answers', async () => {
  const { folder, url, key, own } = await served()
  const out = join(folder, 'out.json')
  await python(
    'api-clients.py',
    { url, key, model: 'tiny', prompt: 'mail', text, labels, schema: mailSchema, out },
    folder,
  )
  const found = JSON.parse(readFileSync(out, 'utf8')) as Record<string, unknown>
  expect(found).toMatchObject({
    ...{ models: ['mail', 'tiny'], model: 'mail', missing: 'model_not_found', stranger: 'invalid_api_key' },
    ...{ label: own[0]?.label, label_logprobs: 2, choice: own[0]?.label, typesafe_choice: own[0]?.label },
    ...{ decision: ['choice', 'predicate', 'score'], typesafe_legend: 'angry', typesafe_models: ['mail', 'tiny'] },
    streamed: found['completion'],
    streamed_tokens: found['completion_tokens'],
    ...{ json_reason: 'stop', json_refused: ['invalid_json_schema', 'response_format'], json_tokens: found['json'] },
  })
  expect(new Ajv2020().validate(mailSchema, JSON.parse(found['json'] as string))).toBe(true)
  const probabilities = found['probabilities'] as number[]
  labels.forEach((label, i) => {
    expect(probabilities[i]).toBeCloseTo(own.find((each) => each.label === label)?.probability ?? NaN, 4)
  })
  expect(found['typesafe_request']).toMatch(/^[0-9a-f-]{36}$/)
  expect(found['typesafe_refused']).toEqual([422, expect.stringContaining('questions.q') as string])
})

/** Beside this process, which is the server. */
async function python(script: string, job: unknown, folder: string): Promise<void> {
  const file = join(folder, 'job.json')
  writeFileSync(file, JSON.stringify(job))
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = spawn(clientsPython(), [path, file], { stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()))
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(errors)
}
