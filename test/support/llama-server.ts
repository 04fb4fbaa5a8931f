// What the real llama-server answers with an exported adapter, beside what the studio answers.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PreparedModel } from '../../main/contract/model.ts'
import type { GivenSettings } from '../../main/contract/settings.ts'
import { createEncoder } from '../../main/engine/evaluate/encode.ts'
import { createInferenceRunner } from '../../main/engine/evaluate/inference-runner.ts'
import { gguf } from '../../main/engine/export/gguf.ts'
import { methodOf } from '../../main/engine/method/index.ts'
import { layOut } from '../../main/engine/method/layout.ts'
import { defaultSettings } from '../../main/engine/train/defaults.ts'
import { exportedOf } from './exported.ts'
import { llamaPython } from './python-env.ts'
import { pythonJob } from './python-job.ts'
import { randomPrompt } from './random-prompt.ts'

export interface Subject {
  readonly model: PreparedModel
  /** The same model's file. */
  readonly file: string
  readonly texts: readonly string[]
  /** Standard deviation of the adapter's values. */
  readonly size: number
}

/** Of each row, the log-probability of every token that may follow. */
type Rows = readonly (readonly number[])[]
/** Of each row, the likeliest tokens with their log-probabilities, the likeliest first. */
type Likeliest = readonly (readonly (readonly [token: number, logProbability: number])[])[]

interface Server {
  /** Of xllamacpp: its last part is the build. */
  readonly version: string
  readonly adapters: readonly { readonly alora_invocation_string?: string }[]
  readonly rows: Likeliest
}

interface Answers {
  readonly server: Server
  /** With other settings of the layout, or without the adapter. */
  readonly studio: (changed?: object, isAdapted?: boolean) => Promise<Rows>
}

/** Tokens of each row of which the server says how likely they are; all of a tiny model's. */
const mostTokens = 320

/** The rows of the sample's file, whatever stands in their lines. */
export function sampleTexts(count: number): string[] {
  const sample = fileURLToPath(new URL('../../resources/sample/support-messages.csv', import.meta.url))
  const lines = readFileSync(sample, 'utf8').split('\n')
  return lines.slice(1, 1 + count).map((line) => line.slice(0, 80))
}

/** The answers to each text, with an adapter of random values; `folder` receives the files. */
export async function answersOf(
  { model, file, texts, size }: Subject,
  own: GivenSettings,
  folder: string,
): Promise<Answers> {
  const labels = ['a', 'b']
  const settings = defaultSettings(own, labels)
  const prompt = await randomPrompt(model, settings, labels, 4, size)
  const encoder = createEncoder(model, settings, labels)
  const questions = texts.map((text) => encoder.row(text))
  const [adapter, out] = [join(folder, 'x.gguf'), join(folder, 'answers.json')]
  writeFileSync(adapter, gguf(exportedOf(model, prompt))['x.gguf'] as Uint8Array)
  const rows = questions.map(({ before, text, after }) => [...before, ...text, ...after])
  const [say] = encoder.answer('a').slice(-1)
  const tokens = Math.min(model.config.vocab, mostTokens)
  pythonJob('llama-server.py', { model: file, adapter, rows, tokens, say, out }, folder, llamaPython())
  const parts = methodOf(settings).fold(prompt.tensors, settings)
  const studio: Answers['studio'] = async (changed = {}, isAdapted = true) => {
    const runner = createInferenceRunner(model, { threads: 2 })
    const found: number[][] = []
    for (const row of questions) {
      const sequence = layOut(row, [], { ...settings, ...changed })
      const { data } = await runner.logits({
        sequences: [sequence],
        parts: isAdapted ? parts : undefined,
        targetPositions: [[sequence.questionEnd]],
        candidates: undefined,
      })
      found.push(logSoftmax(data))
    }
    await runner.release()
    return found
  }
  return { server: JSON.parse(readFileSync(out, 'utf8')) as Server, studio }
}

function logSoftmax(logits: Float32Array): number[] {
  const most = logits.reduce((max, value) => Math.max(max, value), -Infinity)
  const sum = logits.reduce((total, value) => total + Math.exp(value - most), 0)
  return Array.from(logits, (value) => value - most - Math.log(sum))
}

/** Mean over the rows of how far the distributions are apart (total variation), over the server's likeliest tokens. */
export function apart({ rows }: Server, studio: Rows): number {
  const each = rows.map((row, i) =>
    row.reduce((sum, [token, value]) => sum + Math.abs(Math.exp(value) - Math.exp(studio[i]?.[token] ?? NaN)) / 2, 0),
  )
  return each.reduce((sum, value) => sum + value, 0) / each.length
}

/** How much likelier the studio's choice is there than the server's, in log-probability: for each row that they answer differently. */
export function margins({ rows }: Server, studio: Rows): number[] {
  return studio.flatMap((row, i) => {
    const best = row.reduce((most, value, token) => (value > (row[most] ?? NaN) ? token : most), 0)
    const chosen = rows[i]?.[0]?.[0] ?? -1
    return chosen === best ? [] : [(row[best] ?? NaN) - (row[chosen] ?? -Infinity)]
  })
}
