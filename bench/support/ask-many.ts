// One text and many prompts: how long they take together, what each keeps in memory, and what it costs to ask another one.
import type { TunedPrompt } from '../../main/contract/compute.ts'
import type { PreparedModel } from '../../main/contract/model.ts'
import { createInferenceRunner } from '../../main/engine/evaluate/inference-runner.ts'
import { createRandom } from '../../main/engine/random.ts'
import { type Answerer, createAnswerer } from '../../main/engine/serve/answerer.ts'
import { encoderFor } from '../../main/engine/evaluate/encode.ts'
import { spread, type Spread } from './spread.ts'

export interface AskMany {
  /** Milliseconds for one text that was not read before, by the number of prompts. */
  readonly times: readonly { readonly prompts: number; readonly milliseconds: Spread }[]
  /** Bytes of this process for each prompt more. */
  readonly bytesOfPrompt: number
  /** Microseconds by which asking two prompts in turn takes longer than asking one of them again. */
  readonly switching: Spread
}

export interface AskManyOptions {
  readonly model: PreparedModel
  /** As many as the most that are asked. */
  readonly prompts: readonly TunedPrompt[]
  readonly counts: readonly number[]
  readonly tokens: number
  readonly rounds: number
  readonly threads: number
  readonly say: (line: string) => void
}

/** Bytes of the keys and values of texts that are kept: more than the rounds need. */
const BUDGET = 512 * 2 ** 20

export async function askMany(options: AskManyOptions): Promise<AskMany> {
  const { model, prompts, counts, rounds, threads, say } = options
  const runner = createInferenceRunner(model, { threads })
  try {
    const answerer = createAnswerer(runner, model, BUDGET)
    const text = textsOf(options)
    const bytesOfPrompt = await loadAll(answerer, prompts, text())
    const times = new Map(counts.map((count) => [count, [] as number[]]))
    for (let round = 0; round <= rounds; round++) {
      for (const count of round % 2 === 0 ? counts : counts.toReversed()) {
        const milliseconds = await timed(() => ask(answerer, text(), keysOf(count)))
        // The first round opens sessions.
        if (round > 0) times.get(count)?.push(milliseconds)
      }
      say(
        `round ${String(round)}: ${counts.map((count) => `${String(count)} prompts ${times.get(count)?.at(-1)?.toFixed(0) ?? '-'} ms`).join(', ')}`,
      )
    }
    return {
      times: counts.map((prompts) => ({ prompts, milliseconds: spread(times.get(prompts) ?? [NaN]) })),
      bytesOfPrompt,
      switching: await switching(answerer, text()),
    }
  } finally {
    await runner.release()
  }
}

const keysOf = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i))

async function ask(answerer: Answerer, text: string, keys: readonly string[]): Promise<void> {
  const questions = keys.map((key) => ({ by: 'prompt' as const, key }))
  await answerer.answer([answerer.prepare({ text, context: '', questions })])
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** Gives every prompt to the answerer and asks each once; what the last four fifths of them keep. */
async function loadAll(answerer: Answerer, prompts: readonly TunedPrompt[], text: string): Promise<number> {
  const first = Math.ceil(prompts.length / 5)
  let before = NaN
  for (const [i, prompt] of prompts.entries()) {
    // Copied, as a prompt from another process is.
    answerer.load(String(i), structuredClone(prompt))
    await ask(answerer, text, [String(i)])
    if (i + 1 === first) before = resident()
  }
  return Math.max(0, resident() - before) / Math.max(1, prompts.length - first)
}

function resident(): number {
  globalThis.gc?.()
  return process.memoryUsage.rss()
}

/** Texts of exactly so many tokens, each another one. */
function textsOf({ model, prompts: [prompt], tokens }: AskManyOptions): () => string {
  if (!prompt) throw new Error('there is no prompt')
  const encoder = encoderFor(model, prompt.settings, prompt.labels)
  const random = createRandom(5)
  const words = ['parcel', 'invoice', 'praise', 'delivery', 'charged', 'twice', 'again', 'late', 'thanks', 'where']
  const word = (): string => words[random.integer(words.length)] ?? ''
  return () => {
    for (;;) {
      let text = word()
      for (let length = 0; length < tokens; length = encoder.row(text).text.length) text += ` ${word()}`
      if (encoder.row(text).text.length === tokens) return text
    }
  }
}

/** Rounds of asking one prompt again and another one, in turn, and questions of each. */
const PAIRS = 30
const QUESTIONS = 4

/** Both have been asked about the text, so that only their own tokens are computed. */
async function switching(answerer: Answerer, text: string): Promise<Spread> {
  const extra: number[] = []
  await ask(answerer, text, ['0', '1'])
  const several = (keyOf: (i: number) => number): Promise<number> =>
    timed(async () => {
      for (let i = 0; i < QUESTIONS; i++) await ask(answerer, text, [String(keyOf(i))])
    })
  for (let pair = 0; pair < PAIRS; pair++) {
    const same = await several(() => pair % 2)
    const other = await several((i) => (i + pair) % 2)
    extra.push(((other - same) / QUESTIONS) * 1000)
  }
  return spread(extra)
}
