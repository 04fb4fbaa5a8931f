// Exported folders choose as the studio does: their own program, in a real Python, over labels that begin alike.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TunedPrompt } from '../../main/contract/compute.ts'
import type { PreparedModel } from '../../main/contract/model.ts'
import type { GivenSettings } from '../../main/contract/settings.ts'
import { createInferenceRunner } from '../../main/engine/evaluate/inference-runner.ts'
import { scoreTask } from '../../main/engine/evaluate/score.ts'
import { writeFolder } from '../../main/engine/export/folder.ts'
import { peft } from '../../main/engine/export/peft.ts'
import { methodOf } from '../../main/engine/method/index.ts'
import { prepareModel } from '../../main/engine/model/prepare.ts'
import { taskOf } from '../../main/engine/task/index.ts'
import { defaultSettings } from '../../main/engine/train/defaults.ts'
import { exportedOf } from '../support/exported.ts'
import { pythonJob } from '../support/python-job.ts'
import { randomPrompt } from '../support/random-prompt.ts'
import { type Family, tinyFolder } from '../support/tiny.ts'

/** Of one to many tokens; each begins like others, is another's start, or differs from one by a space, a case, a point. */
const labels = [
  ...['billing', 'billing dispute', 'billing dispute message', 'Billing', 'billing.', 'bill'],
  ...['card', 'card arrival', 'card  arrival', 'card arrival estimate', 'carda', 'delivery', 'delivery thank you'],
  ...['praise', 'ein Größenproblem', 'я', 'яблоко', '退款', '退款中', "I'm charged", '12', '123', '1'],
]

const texts = [
  ...['where is my parcel', 'I was charged twice', 'thank you', ' spaces around it  ', 'a\nb', 'Größe 38 — 北京 👍'],
  ...['</s> is typed', '<s></s><s>', 'message number '.repeat(60), 'x', '</s', 'Text: praise\nAnswer: praise'],
  ...Array.from({ length: 20 }, (_, i) => `message ${String(i * 37)} ${'about '.repeat(i % 5)}${labels[i] ?? ''}`),
]

/** Trims, knows no system role, writes the date, and lets the model think unless it is told not to. */
const chatTemplate = `{{ bos_token }}[{{ strftime_now('%d %b %Y') }}]
{%- for message in messages %}{% if message['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}
<s>{{ message['role'] }}: {{ message['content'] | trim }}</s>{% endfor %}
{%- if add_generation_prompt %}<s>answer:{% if enable_thinking is not defined or enable_thinking %}think{% endif %}{% endif %}`

const folder = mkdtempSync(join(tmpdir(), 'softprompt-choices-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const all: readonly GivenSettings[] = [
  { method: 'prompt-tuning', placement: 'start' },
  { method: 'prompt-tuning', placement: 'before-text' },
  { method: 'prompt-tuning', placement: 'after-text' },
  { method: 'prefix-tuning', placement: 'start' },
  { method: 'prefix-tuning', placement: 'after-text' },
]
const instruction = 'Which of these is it?'
const chat = { kind: 'chat', instruction } as const
const cases: readonly (readonly [Family, GivenSettings])[] = [
  ...all.map((given) => ['llama', given] as const),
  ...all.map((given) => ['qwen3', { ...given, template: chat }] as const),
  ['gemma3', { ...all[0], template: { instruction } }],
  ['gemma3', { ...all[2], template: chat }],
  ['llama', { ...all[4], tail: 4, maxTokens: 80, template: { body: '{text}', answerPrefix: '' } }],
  ['llama', { ...all[1], template: { ...chat, body: '  {text} ', answerPrefix: ' ' } }],
  ['qwen3', { ...all[4], template: { kind: 'chat', thinking: true } }],
  ['llama', { ...all[3], task: 'generation', answers: { tokens: 12, lines: true } }],
  ['qwen3', { ...all[4], task: 'answering', answers: { tokens: 9, lines: false }, template: chat }],
  ...(['llama', 'qwen3', 'gemma3'] as const).flatMap((family) => [
    [family, { method: 'lora' }] as const,
    [family, { method: 'tail-lora', tail: 2 }] as const,
  ]),
  ['llama', { method: 'ia3', template: chat }],
  ['llama', { method: 'bitfit' }],
  // The tail of one token, ":", is in many texts and answers.
  ['llama', { method: 'tail-lora', template: { instruction } }],
  ['qwen3', { method: 'tail-lora', tail: 3, template: chat }],
  ['qwen3', { method: 'tail-bias', tail: 2, template: chat }],
  ['qwen3', { method: 'tail-lora', task: 'answering', answers: { tokens: 9, lines: false } }],
]

/** Virtual tokens before the text, which padding on the left would move the text away from. */
const isBefore = ({ method, placement }: GivenSettings): boolean =>
  placement === 'start' && (method === 'prompt-tuning' || method === 'prefix-tuning')

interface Answered {
  readonly answer: string
  readonly likelihoods?: Readonly<Record<string, number>>
}

const models = new Map<Family, Promise<{ readonly model: PreparedModel; readonly base: string }>>()

/** A tiny model that has a chat template; its tokenizer is its file's, not the usual one of its family. */
function chatModel(family: Family) {
  const open = async () => {
    const base = join(folder, family)
    cpSync(tinyFolder(family), base, { recursive: true })
    const path = join(base, 'tokenizer_config.json')
    const config = JSON.parse(readFileSync(path, 'utf8')) as object
    writeFileSync(
      path,
      JSON.stringify({ ...config, tokenizer_class: 'PreTrainedTokenizerFast', chat_template: chatTemplate }),
    )
    return { base, model: await prepareModel(base, join(folder, `${family}-cache`), { name: family }) }
  }
  const found = models.get(family) ?? open()
  models.set(family, found)
  return found
}

async function ours(model: PreparedModel, prompt: TunedPrompt): Promise<Answered[]> {
  const runner = createInferenceRunner(model, { threads: 2 })
  const { settings, labels: known } = prompt
  const examples = rowsOf(settings.task).map(({ text, context = '' }, row) => ({
    ...{ row, label: '' },
    text: taskOf(settings).textOf(text, context),
  }))
  const task = { model, prompt, settings, labels: known, examples }
  const { rows } = await scoreTask(runner, task, () => undefined).finally(() => runner.release())
  return rows.map(({ predicted, logProbabilities }) => ({
    answer: predicted,
    likelihoods: Object.fromEntries(known.map((label, i) => [label, Math.exp(logProbabilities[i] ?? NaN)])),
  }))
}

const rowsOf = (task = 'classification'): { readonly text: string; readonly context?: string }[] =>
  task === 'answering'
    ? texts.map((text) => ({ text, context: 'the parcel\nof May' }))
    : texts.map((text) => ({ text }))

describe('an exported folder', () => {
  const expected: Answered[][] = []
  const outOf = (i: number): string => join(folder, `${String(i)}.out`)

  beforeAll(async () => {
    const jobs = []
    for (const [i, [family, given]] of cases.entries()) {
      const { model, base } = await chatModel(family)
      const own = (given.task ?? 'classification') === 'classification' ? labels : []
      const settings = defaultSettings({ tokens: 4, maxTokens: 160, ...given }, own)
      // A large adapter drowns the row's own text.
      const prompt = await randomPrompt(model, settings, own, i, methodOf(settings).updates ? 0.1 : 0.3)
      expected.push(await ours(model, prompt))
      const target = join(folder, String(i))
      await writeFolder(target, peft(exportedOf(model, prompt)))
      const rows = join(folder, `${String(i)}.jsonl`)
      writeFileSync(
        rows,
        rowsOf(given.task)
          .map((row) => `${JSON.stringify(row)}\n`)
          .join(''),
      )
      const padded = isBefore(settings) && family !== 'gemma3'
      jobs.push({ base, folder: target, rows, out: outOf(i), padded })
    }
    pythonJob('choices.py', jobs, folder)
  }, 600_000)

  it.each(cases.map((each, i) => [each[0], JSON.stringify(each[1]), i] as const))(
    'answers as the studio does: %s, %s',
    (_, given, i) => {
      const lines = readFileSync(outOf(i), 'utf8').trimEnd().split('\n')
      const theirs = lines.map((line) => JSON.parse(line) as Answered)
      expect(theirs.map(({ answer }) => answer)).toEqual(expected[i]?.map(({ answer }) => answer))
      // Answers that were all alike would show nothing.
      const least = /"(tail-)?(lora|ia3|bitfit|bias)"/.test(given) ? 2 : 3
      if (!given.includes('task'))
        expect(new Set(theirs.map(({ answer }) => answer)).size).toBeGreaterThanOrEqual(least)
      theirs.forEach(({ likelihoods = {} }, row) => {
        for (const [label, probability] of Object.entries(likelihoods))
          expect(Math.abs(probability - (expected[i]?.[row]?.likelihoods?.[label] ?? NaN))).toBeLessThan(1e-4)
        const sum = Object.values(likelihoods).reduce((total, each) => total + each, 0)
        if (!given.includes('task')) expect(sum).toBeCloseTo(1, 4)
      })
    },
  )

  it.each(
    cases.flatMap(([family, given], i) =>
      isBefore(given) && family !== 'gemma3' ? [[family, given.method, i] as const] : [],
    ),
  )('gives PEFT each row’s logits in a batch that is padded on the right: %s, %s', (_, _method, i) => {
    const [right = NaN, left = NaN] = JSON.parse(readFileSync(`${outOf(i)}.padded`, 'utf8')) as number[]
    expect(right).toBeLessThan(1e-3)
    // This is why the card says so: padding on the left moves texts away from the virtual tokens.
    expect(left).toBeGreaterThan(1e-2)
  })
})
