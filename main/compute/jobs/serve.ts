// Job: answer requests until it is stopped. Questions that wait are answered in one batch, and texts are written beside them.
import type { ServeRequest } from '../../contract/compute.ts'
import { type Answerer, createAnswerer, type PreparedAsk } from '../../engine/serve/answerer.ts'
import { createDecodingPool } from '../../engine/serve/decoding-pool.ts'
import { createTurns, type Turn } from '../../engine/serve/turns.ts'
import { createWriter, type Writer } from '../../engine/serve/writer.ts'
import { lendRunner } from '../lent-runner.ts'
import { asFailure, type Handlers, type JobSink } from '../serve.ts'

export const serve: Handlers['serve'] = async ({ model, threads, bytes }, sink) => {
  const runner = await lendRunner(model, threads)
  const turn = createTurns()
  const answerer = createAnswerer(runner, model, bytes)
  const writer = createWriter(model, createDecodingPool({ runner, config: model.config, turn }))
  const server = createServer({ answerer, writer, turn, sink })
  for (;;) {
    const requests = await sink.inbox.take(sink.signal)
    if (requests.length === 0) return { outcome: 'stopped' }
    for (const request of requests) server.take(request)
    // Those that come meanwhile are the next batch.
    await server.answerAll()
  }
}

/** Requests of one batch at most: the first ones need not wait for the answers to all that wait. */
const AT_ONCE = 32

interface Served {
  readonly answerer: Answerer
  readonly writer: Writer
  readonly turn: Turn
  readonly sink: JobSink
}

function createServer({ answerer, writer, turn, sink }: Served) {
  /** Questions that wait, by the number of their request. */
  const waiting = new Map<number, PreparedAsk>()
  /** Texts that are being written and are still wanted. */
  const writing = new Set<number>()

  const refuse = (id: number, error: unknown): void => {
    sink.emit({ event: 'refused', id, ...asFailure(error) })
  }
  /** What cannot be done is its own request's fault, not the batch's. */
  const guarded = (id: number, work: () => void): void => {
    try {
      work()
    } catch (error) {
      refuse(id, error)
    }
  }
  const write = async ({ id, writing: wanted }: RequestOf<'write'>): Promise<void> => {
    writing.add(id)
    const prompt = wanted.key === undefined ? undefined : answerer.prompt(wanted.key)
    const { end, tokens, input } = await writer.write(wanted, prompt, {
      show: (text, chosen) => {
        sink.emit({ event: 'wrote', id, text, tokens: chosen })
      },
      stopRequested: () => !writing.has(id),
    })
    sink.emit({ event: 'written', id, written: { end, usage: { input, output: tokens } } })
  }
  const takes: { readonly [R in ServeRequest['request']]: (request: RequestOf<R>) => void } = {
    load: ({ key, prompt }) => {
      answerer.load(key, prompt)
    },
    ask: ({ id, ask }) => {
      guarded(id, () => waiting.set(id, answerer.prepare(ask)))
    },
    write: (request) => {
      void write(request)
        .catch((error: unknown) => {
          refuse(request.id, error)
        })
        .finally(() => writing.delete(request.id))
    },
    drop: ({ id }) => {
      waiting.delete(id)
      writing.delete(id)
    },
  }

  return {
    take: (request: ServeRequest): void => {
      takes[request.request](request as never)
    },
    answerAll: async (): Promise<void> => {
      while (waiting.size > 0) {
        const asks = [...waiting].slice(0, AT_ONCE)
        for (const [id] of asks) waiting.delete(id)
        try {
          const answers = await turn(() => answerer.answer(asks.map(([, ask]) => ask)))
          answers.forEach((answer, i) => {
            sink.emit({ event: 'answered', id: asks[i]?.[0] ?? 0, answer })
          })
        } catch (error) {
          for (const [id] of asks) refuse(id, error)
        }
      }
    },
  }
}

type RequestOf<R extends ServeRequest['request']> = Extract<ServeRequest, { readonly request: R }>
