// Job: answer requests until it is stopped. Questions that wait are answered in one batch, and texts are written beside them.
import type { ServeRequest } from '../../contract/compute.ts'
import type { ServedAsk } from '../../contract/serving.ts'
import { type Answerer, createAnswerer, type PreparedAsk } from '../../engine/serve/answerer.ts'
import { createDecodingPool } from '../../engine/serve/decoding-pool.ts'
import { createTurns, type Turn } from '../../engine/serve/turns.ts'
import { withinMemory } from '../../engine/serve/within-memory.ts'
import { createWriter, type Writer } from '../../engine/serve/writer.ts'
import { lendRunner } from '../lent-runner.ts'
import { asFailure, type Handlers, type JobSink } from '../serve.ts'

export const serve: Handlers['serve'] = async ({ model: whole, threads, bytes }, sink) => {
  const runner = await lendRunner(whole, threads)
  const model = withinMemory(whole)
  const turn = createTurns()
  const answerer = createAnswerer(runner, model, bytes)
  const writer = createWriter(model, createDecodingPool({ runner, config: model.config, turn }))
  const server = createServer({ answerer, writer, turn, sink })
  while (!sink.stopRequested()) {
    // What comes while a batch is answered is looked at before the next one: it may drop what waits.
    const requests = server.isIdle ? await sink.inbox.take(sink.signal) : sink.inbox.takeNow()
    for (const request of requests) server.take(request)
    await server.answerSome()
  }
  return { outcome: 'stopped' }
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
  const waiting = new Map<number, ServedAsk>()
  /** Texts that are being written and are still wanted. */
  const writing = new Set<number>()

  const refuse = (id: number, error: unknown): void => {
    sink.emit({ event: 'refused', id, ...asFailure(error) })
  }
  /** What cannot be prepared is refused by itself. */
  const prepare = ([id, ask]: readonly [number, ServedAsk]): Prepared[] => {
    try {
      return [[id, answerer.prepare(ask)]]
    } catch (error) {
      refuse(id, error)
      return []
    }
  }
  const answer = async (asks: readonly Prepared[]): Promise<void> => {
    try {
      const answers = await turn(() => answerer.answer(asks.map(([, ask]) => ask)))
      asks.forEach(([id], i) => {
        const answer = answers[i]
        if (answer) sink.emit({ event: 'answered', id, answer })
      })
    } catch (error) {
      const [[id] = []] = asks
      if (asks.length === 1 && id !== undefined) return refuse(id, error)
      // One of them has failed, and the others not: each is answered alone.
      for (const one of asks) await answer([one])
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
    forget: ({ key }) => {
      answerer.forget(key)
    },
    ask: ({ id, ask }) => {
      waiting.set(id, ask)
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
    /** Whether nothing waits for an answer. */
    get isIdle(): boolean {
      return waiting.size === 0
    },
    answerSome: async (): Promise<void> => {
      const asks = [...waiting].slice(0, AT_ONCE)
      for (const [id] of asks) waiting.delete(id)
      const prepared = asks.flatMap(prepare)
      if (prepared.length > 0) await answer(prepared)
    },
  }
}

/** A question, and the number of its request. */
type Prepared = readonly [number, PreparedAsk]
type RequestOf<R extends ServeRequest['request']> = Extract<ServeRequest, { readonly request: R }>
