// Reads sequences with a frozen model: forward passes with or without a prompt, one session for each kind of question.
import type { PreparedModel } from '../../contract/model.ts'
import type { PlainPrompt } from '../../contract/prompt.ts'
import type { Feeds, Tensor } from '../../contract/tensor.ts'
import { batchFeeds, integers, selection } from '../method/batch.ts'
import type { Sequence } from '../method/layout.ts'
import { type ForwardShape, forwardGraph } from '../network/forward-graph.ts'
import { createSession, type Session } from '../runtime/session.ts'
import { createSessions } from '../runtime/sessions.ts'

export interface Question {
  readonly sequences: readonly Sequence[]
  readonly prompt: PlainPrompt | undefined
  /** For each sequence, the indices of the tokens whose next-token logits are asked. */
  readonly ask: readonly (readonly number[])[]
  /** Ids whose logits are asked; undefined = every word. */
  readonly candidates: readonly number[] | undefined
}

export interface Reader {
  /** Logits [sequences, slots, candidates or V]; slots = the longest `ask`. */
  logits(question: Question): Promise<Tensor>
  /** Keys and values of a lone sequence, `keys.<layer>` and `values.<layer>` [1, kvHeads, length, headDim]. */
  keysValues(sequence: Sequence): Promise<Readonly<Record<string, Tensor>>>
  /** Any forward graph's session, for callers that keep their own past. */
  session(shape: ForwardShape): Promise<Session>
  release(): Promise<void>
}

export interface ReaderOptions {
  readonly threads: number
}

/** Kinds of question whose sessions stay open; each maps the weights once more. */
const sessionsKept = 2

export function createReader(model: PreparedModel, options: ReaderOptions): Reader {
  const sessions = createSessions(sessionsKept)
  const session = (shape: ForwardShape): Promise<Session> =>
    sessions.get(JSON.stringify(shape), () =>
      createSession(forwardGraph(model, shape), {
        weightsFolder: model.folder,
        provider: 'cpu',
        dialect: 'cpu',
        threads: options.threads,
      }),
    )
  return {
    session,
    async logits(question) {
      const head = question.candidates ? 'candidates' : 'vocabulary'
      const rows = question.prompt?.method === 'prompt'
      const past = question.prompt?.method === 'prefix'
      const reading = await session({ rows, past, head, present: false })
      const { logits } = await reading.run(questionFeeds(model, question))
      if (logits === undefined) throw new RangeError('the forward graph gave no logits')
      return logits
    },
    async keysValues(sequence) {
      const reading = await session({ rows: false, past: false, head: 'none', present: true })
      const shape = { batch: 1, length: sequence.ids.length, rows: 0, past: 0 }
      return reading.run(batchFeeds(model.config, [sequence], shape))
    },
    release: () => sessions.release(),
  }
}

function questionFeeds(model: PreparedModel, { sequences, prompt, ask, candidates }: Question): Feeds {
  const shape = {
    batch: sequences.length,
    length: Math.max(...sequences.map(({ ids }) => ids.length)),
    rows: prompt?.method === 'prompt' ? (prompt.prompt.shape[0] ?? 0) : 0,
    past: prompt?.method === 'prefix' ? (prompt.keys[0]?.shape[0] ?? 0) : 0,
  }
  return {
    ...batchFeeds(model.config, sequences, shape),
    ...(prompt ? promptFeeds(prompt, shape.batch) : {}),
    select: selection(ask, Math.max(1, ...ask.map((slots) => slots.length)), shape),
    ...(candidates ? { candidates: integers(candidates) } : {}),
  }
}

/** A prompt as graph inputs; a prefix is repeated for every sequence of the batch. */
export function promptFeeds(prompt: PlainPrompt, batch: number): Feeds {
  if (prompt.method === 'prompt') return { prompt: prompt.prompt }
  const feeds: Record<string, Tensor> = {}
  prompt.keys.forEach((keys, layer) => (feeds[`past.keys.${layer}`] = byHead(keys, batch)))
  prompt.values.forEach((values, layer) => (feeds[`past.values.${layer}`] = byHead(values, batch)))
  return feeds
}

/** [P, kvHeads, D] -> [batch, kvHeads, P, D] */
function byHead({ shape, data }: Tensor, batch: number): Tensor {
  const [tokens = 0, heads = 0, width = 0] = shape
  const one = new Float32Array(data.length)
  for (let p = 0; p < tokens; p++)
    for (let h = 0; h < heads; h++)
      one.set(data.subarray((p * heads + h) * width, (p * heads + h + 1) * width), (h * tokens + p) * width)
  const all = new Float32Array(batch * one.length)
  for (let b = 0; b < batch; b++) all.set(one, b * one.length)
  return { shape: [batch, heads, tokens, width], data: all }
}
