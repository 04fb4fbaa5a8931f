// A model that answers requests in a compute process of its own: what it has been given, what it is asked, how it ends.
import type { ComputeEvent, ServeRequest, WireJob } from '../../contract/compute.ts'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import type { ServedAnswer, ServedAsk, ServedText, ServedWriting, WrittenPiece } from '../../contract/serving.ts'
import type { SpawnCompute } from '../compute/child.ts'
import { type JobResult, supervise } from '../compute/supervise.ts'
import type { Bounds } from '../compute/watchdog.ts'
import { createLoadedPrompts, type Prompts } from './loaded-prompts.ts'

export interface ServedModel {
  /** Errors: the request's own, 'run/crashed', 'compute/silent', 'run/cancelled', 'serving/closed'. */
  ask(ask: ServedAsk, prompts: Prompts, signal: AbortSignal): Promise<ServedAnswer>
  /** Errors: those of `ask`. */
  write(
    writing: ServedWriting,
    prompts: Prompts,
    signal: AbortSignal,
    onPiece: (piece: WrittenPiece) => void,
  ): Promise<ServedText>
  close(): void
}

interface Waiting {
  readonly resolve: (value: ServedAnswer | ServedText) => void
  readonly reject: (error: unknown) => void
  readonly onPiece: (piece: WrittenPiece) => void
}

export interface ServedModelOptions {
  readonly spawn: SpawnCompute
  readonly bounds: Bounds
  readonly job: Extract<WireJob, { readonly kind: 'serve' }>
  /** Called once, when its process has ended. */
  readonly onEnd: () => void
  /** Of the prompts that its process keeps though no request needs them now. */
  readonly promptBytes?: number | undefined
}

const PROMPT_BYTES = 256 * 2 ** 20

export function openServedModel(options: ServedModelOptions): ServedModel {
  const { spawn, bounds, job, onEnd, promptBytes = PROMPT_BYTES } = options
  const waiting = new Map<number, Waiting>()
  let asked = 0

  const hear = (event: ComputeEvent): void => {
    if (event.event === 'answered') take(event.id)?.resolve(event.answer)
    else if (event.event === 'written') take(event.id)?.resolve(event.written)
    else if (event.event === 'wrote') waiting.get(event.id)?.onPiece(event)
    else if (event.event === 'refused') take(event.id)?.reject(new StudioError(event.code, event.message))
  }
  const take = (id: number): Waiting | undefined => {
    const one = waiting.get(id)
    waiting.delete(id)
    return one
  }
  const process = supervise(spawn, job, hear, { bounds })
  const loaded = createLoadedPrompts(process.ask, promptBytes)
  const end = (error: unknown): void => {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
    onEnd()
  }
  process.result.then((result) => {
    end(errorOf(result))
  }, end)

  const request = async (
    make: (id: number) => ServeRequest,
    prompts: Prompts,
    signal: AbortSignal,
    onPiece: Waiting['onPiece'] = () => undefined,
  ): Promise<ServedAnswer | ServedText> => {
    if (signal.aborted) throw studioError('run/cancelled')
    const giveBack = loaded.lend(prompts)
    const id = ++asked
    const { promise, ...own } = Promise.withResolvers<ServedAnswer | ServedText>()
    const giveUp = (error: unknown): void => {
      take(id)?.reject(error)
      process.ask({ request: 'drop', id })
    }
    waiting.set(id, {
      ...own,
      onPiece: (piece) => {
        try {
          onPiece(piece)
        } catch (error) {
          giveUp(error)
        }
      },
    })
    const drop = (): void => {
      giveUp(studioError('run/cancelled'))
    }
    signal.addEventListener('abort', drop)
    process.ask(make(id))
    return promise.finally(() => {
      signal.removeEventListener('abort', drop)
      giveBack()
    })
  }

  return {
    ask: (ask, prompts, signal) =>
      request((id) => ({ request: 'ask', id, ask }), prompts, signal) as Promise<ServedAnswer>,
    write: (writing, prompts, signal, onPiece) =>
      request((id) => ({ request: 'write', id, writing }), prompts, signal, onPiece) as Promise<ServedText>,
    close: () => {
      process.kill()
    },
  }
}

function errorOf(result: JobResult): StudioError {
  if (result.end === 'failed') return new StudioError(result.code, result.message)
  if (result.end === 'done') return studioError('serving/closed')
  return result.silent === undefined
    ? studioError('run/crashed', result.how, '')
    : studioError('compute/silent', result.silent)
}
