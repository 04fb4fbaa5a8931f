// Writes a text token by token: samples, decodes, and ends at an end token, a stop string or a limit.
import type { SamplingSettings } from '../../contract/sampling.ts'
import type { WritingEnd, WrittenToken } from '../../contract/serving.ts'
import type { Constraint } from '../constrain/constrainer.ts'
import type { Sequence } from '../method/layout.ts'
import { virtualTokensOf } from '../method/virtual.ts'
import type { Tokenizer } from '../tokens/tokenizer.ts'
import { createChooser } from './choose.ts'
import type { StartDecoding } from './decode.ts'
import type { PlacedPrompt } from './label-scores.ts'
import { watchStops } from './stop-strings.ts'
import { tokenScorer } from './token-scores.ts'

export interface WriteTask {
  readonly start: StartDecoding
  readonly tokenizer: Tokenizer
  readonly sequence: Sequence
  readonly placed: PlacedPrompt | undefined
  readonly sampling: SamplingSettings
  /** Tokens of the model's context. */
  readonly context: number
  /** How many of the likeliest tokens are told beside each; undefined = no token's probability is computed. */
  readonly likeliest?: number | undefined
  /** Undefined = the text may be any. */
  readonly constraint?: Constraint | undefined
}

export interface WriteSink {
  /** Text that will not be taken back, and the tokens that were chosen since the last piece. */
  show(text: string, tokens: readonly WrittenToken[]): void
  stopRequested(): boolean
}

export interface Written {
  readonly end: WritingEnd
  /** Tokens that were chosen, the end token included. */
  readonly tokens: number
}

export async function write(task: WriteTask, sink: WriteSink): Promise<Written> {
  const { tokenizer, sequence, placed, sampling, context } = task
  const { embeddings, past } = virtualTokensOf(placed?.parts)
  const choose = createChooser(sampling, tokensOf(sequence, embeddings), task.constraint)
  const stream = tokenizer.decodeStream()
  const stops = watchStops(sampling.stop)
  const scoreOf = task.likeliest === undefined ? undefined : tokenScorer(tokenizer, task.likeliest)
  let pending: WrittenToken[] = []
  const show = (text: string): void => {
    if (text === '' && pending.length === 0) return
    sink.show(text, pending)
    pending = []
  }
  const taken = past + sequence.ids.length
  const limit = Math.max(0, Math.min(sampling.maxNewTokens, context - taken))
  const next = await task.start(sequence, placed, limit, () => !sink.stopRequested())
  try {
    // Nobody may want it any more by the time that its turn comes.
    if (sink.stopRequested()) return { end: 'cancelled', tokens: 0 }
    let logits = await next.first()
    for (let tokens = 0; tokens < limit; tokens++) {
      if (sink.stopRequested()) {
        show(stops.rest())
        return { end: 'cancelled', tokens }
      }
      const id = choose(logits)
      if (tokenizer.ends.includes(id)) {
        show(stops.rest())
        return { end: 'end token', tokens: tokens + 1 }
      }
      if (scoreOf) pending.push(scoreOf(logits, id))
      const safe = stops.push(stream.push(id))
      if (safe.text !== '' || safe.stopped) show(safe.text)
      if (safe.stopped) return { end: 'stop string', tokens: tokens + 1 }
      if (tokens + 1 < limit) logits = await next.after(id)
    }
    show(stops.rest())
    return { end: limit < sampling.maxNewTokens ? 'context' : 'limit', tokens: limit }
  } finally {
    next.end()
  }
}

/** The sequence without the places of its virtual embeddings. */
const tokensOf = ({ ids, virtualAt = 0 }: Sequence, embeddings: number): number[] =>
  ids.filter((_, i) => i < virtualAt || i >= virtualAt + embeddings)
