// Serving: a text asked by many prompts in one reading, many callers that write at once, and node-llama-cpp on the same file.
import type { TunedPrompt } from '../main/contract/compute.ts'
import type { PreparedModel } from '../main/contract/model.ts'
import type { StartDecoding } from '../main/engine/evaluate/decode.ts'
import { createInferenceRunner } from '../main/engine/evaluate/inference-runner.ts'
import { createDecodingPool } from '../main/engine/serve/decoding-pool.ts'
import { createTurns } from '../main/engine/serve/turns.ts'
import { createWriter } from '../main/engine/serve/writer.ts'
import { createTokenizer } from '../main/engine/tokens/tokenizer.ts'
import { defaultSettings } from '../main/engine/train/defaults.ts'
import { randomPrompt } from '../test/support/random-prompt.ts'
import { askMany } from './support/ask-many.ts'
import { starterFile, starterModel, threads } from './support/model.ts'
import { openNodeLlama } from './support/node-llama.ts'
import { type Bench, type BenchOptions, target } from './support/result.ts'
import { shown, type Spread } from './support/spread.ts'
import { type Caller, writeMany, type WrittenMany } from './support/write-many.ts'

const size = {
  full: { counts: [1, 5, 20, 50], tokens: 512, rounds: 7, callers: [1, 16], written: 64, repeats: 3 },
  quick: { counts: [1, 3], tokens: 64, rounds: 1, callers: [1, 3], written: 6, repeats: 1 },
} as const
const labels = ['billing', 'delivery', 'praise', 'account', 'technical', 'other']
/** Prompts that callers write with. */
const WRITERS = 8
/** Twenty prompts may take so many times as long as one. */
const mostOfOne = 1.3

const text = (caller: number): string =>
  `Customer ${String(caller)} wrote: my parcel has not come yet, and I was charged twice. The team answered:`

interface Writing {
  readonly how: string
  readonly callers: number
  readonly found: WrittenMany
}

export const serveBench: Bench = async ({ quick, say }) => {
  const { counts, tokens, rounds, callers, written, repeats } = size[quick ? 'quick' : 'full']
  const model = await starterModel(say)
  const prompts = await promptsOf(model, Math.max(...counts), { tokens: 16, maxTokens: 1024 }, labels)
  const asked = await askMany({ model, prompts, counts, tokens, rounds, threads, say })
  const [one] = asked.times
  const relative = asked.times.map(({ milliseconds }) => milliseconds.median / (one?.milliseconds.median ?? NaN))
  const ours = await writeOurs(model, { callers, written, repeats, say })
  const theirs = await writeTheirs(await starterFile(say), { callers, written, repeats, say })
  const writing = [...ours, ...theirs]
  const twenty = relative[counts.findIndex((count) => count === 20)] ?? relative.at(-1) ?? NaN
  return {
    title: 'Serving many prompts from one model',
    method:
      `The starter model on the CPU, float32, ${String(threads)} threads. Asking: a new text of exactly ${String(tokens)} tokens, asked by so many random prompts of the default method with ${String(labels.length)} labels in one request, ` +
      `the median of ${String(rounds)} texts; memory of a further prompt is what the process grew by, and switching is how much longer two prompts take in turn than one of them again about a text that was read. ` +
      `Writing: each caller writes exactly ${String(written)} tokens greedily behind a text of its own, all asking at the same moment, the callers spread over ${String(WRITERS)} prompts; "one prompt at a time" lets the callers of a prompt write before those of the next. ` +
      `node-llama-cpp writes from the same file (GGUF, Q4_1) behind the same texts without any prompt, each caller a sequence of one context. The median of ${String(repeats)}.`,
    table: {
      columns: ['work', 'milliseconds', 'relative', 'first token, ms', 'tokens/s'],
      rows: [
        ...asked.times.map(({ prompts: count, milliseconds }, i) => [
          ...[`a text asked by ${String(count)} ${count === 1 ? 'prompt' : 'prompts'}`, shown(milliseconds, 0)],
          ...[(relative[i] ?? NaN).toFixed(2), '', ''],
        ]),
        ['a further prompt in memory', '', `${(asked.bytesOfPrompt / 1e6).toFixed(1)} MB`, '', ''],
        ['switching to another prompt', shown(inMilliseconds(asked.switching), 3), '', '', ''],
        ...writing.map(({ how, callers: count, found: { firstToken, tokensPerSecond } }) => [
          ...[`${String(count)} ${count === 1 ? 'caller' : 'callers'}, ${how}`, '', ''],
          ...[shown(firstToken, 0), tokensPerSecond.toFixed(1)],
        ]),
      ],
    },
    targets: [
      target('20 prompts against one', twenty, '<=', mostOfOne),
      target('tokens/s of many callers against one prompt at a time', gain(ours, Math.max(...callers)), '>=', 1),
    ],
    doubts: theirs.length === 0 ? ['node-llama-cpp could not be installed, so there is no rival'] : [],
    figures: { asked, relative, writing },
  }
}

const promptsOf = (
  model: PreparedModel,
  count: number,
  given: Parameters<typeof defaultSettings>[0],
  own: readonly string[],
): Promise<TunedPrompt[]> =>
  Promise.all(
    Array.from({ length: count }, (_, seed) => randomPrompt(model, defaultSettings(given, own), own, seed, 0.03)),
  )

const gain = (writing: readonly Writing[], callers: number): number => {
  const of = (how: string): number =>
    writing.find((each) => each.callers === callers && each.how === how)?.found.tokensPerSecond ?? NaN
  return of(together) / of(oneAtATime)
}

const inMilliseconds = ({ min, median, max }: Spread): Spread => ({
  ...{ min: min / 1000, median: median / 1000, max: max / 1000 },
})

const together = `${String(WRITERS)} prompts together`
const oneAtATime = 'one prompt at a time'

interface Amounts extends Pick<BenchOptions, 'say'> {
  readonly callers: readonly number[]
  /** Tokens of each caller. */
  readonly written: number
  readonly repeats: number
}

/** The median by tokens a second. */
async function repeated(
  how: string,
  callers: number,
  { repeats, say }: Amounts,
  work: () => Promise<WrittenMany>,
): Promise<Writing> {
  const all: WrittenMany[] = []
  for (let i = 0; i < repeats; i++) all.push(await work())
  const sorted = all.toSorted((a, b) => a.tokensPerSecond - b.tokensPerSecond)
  const found = sorted[Math.floor(sorted.length / 2)] as WrittenMany
  say(`${String(callers)} callers, ${how}: ${found.tokensPerSecond.toFixed(1)} tokens/s`)
  return { how, callers, found }
}

/** Every caller writes as many tokens: the one that would end a text is never the likeliest. */
const endless =
  (start: StartDecoding, ends: readonly number[]): StartDecoding =>
  async (...task) => {
    const next = await start(...task)
    const without = (logits: Float32Array): Float32Array => {
      for (const id of ends) logits[id] = -Infinity
      return logits
    }
    return {
      ...next,
      first: async () => without(await next.first()),
      after: async (id) => without(await next.after(id)),
    }
  }

async function writeOurs(model: PreparedModel, amounts: Amounts): Promise<Writing[]> {
  const { callers: counts, written } = amounts
  const prompts = await promptsOf(model, WRITERS, { task: 'generation', tokens: 16, maxTokens: 256 }, [])
  const runner = createInferenceRunner(model, { threads, sessions: 6 })
  try {
    const pool = createDecodingPool({ runner, config: model.config, turn: createTurns() })
    const writer = createWriter(model, endless(pool, createTokenizer(model.tokenizer).ends))
    const sampling = { maxNewTokens: written, temperature: 0, topP: 1, stop: [], seed: 0 }
    const caller =
      (i: number, prompt: TunedPrompt | undefined): Caller =>
      async (onToken) => {
        const writing = { key: undefined, input: { text: text(i) }, sampling, likeliest: 0 }
        await writer.write(writing, prompt, {
          show: (_, tokens) => {
            tokens.forEach(onToken)
          },
          stopRequested: () => false,
        })
      }
    await writeMany([[caller(0, prompts[0])], [caller(0, undefined)]])
    const found: Writing[] = []
    for (const count of counts) {
      const own = Array.from({ length: count }, (_, i) => caller(i, prompts[i % WRITERS]))
      const byPrompt = Array.from({ length: Math.min(WRITERS, count) }, (_, p) =>
        own.filter((_caller, i) => i % WRITERS === p),
      )
      const alone = Array.from({ length: count }, (_, i) => caller(i, undefined))
      found.push(
        await repeated(together, count, amounts, () => writeMany([own])),
        await repeated(oneAtATime, count, amounts, () => writeMany(byPrompt)),
        await repeated('the base model without prompts', count, amounts, () => writeMany([alone])),
      )
    }
    return found
  } finally {
    await runner.release()
  }
}

async function writeTheirs(file: string, amounts: Amounts): Promise<Writing[]> {
  const { callers: counts, written } = amounts
  const llama = await openNodeLlama(file, { callers: Math.max(...counts), context: 512, threads })
  if (!llama) return []
  try {
    const callers = llama.callers.map(({ write }, i): Caller => async (onToken) => {
      await write(text(i), written, onToken)
    })
    await writeMany([callers.slice(0, 1)])
    const found: Writing[] = []
    for (const count of counts)
      found.push(
        await repeated(`node-llama-cpp ${llama.version} without prompts`, count, amounts, () =>
          writeMany([callers.slice(0, count)]),
        ),
      )
    return found
  } finally {
    await llama.close()
  }
}
