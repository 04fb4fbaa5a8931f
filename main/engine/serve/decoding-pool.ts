// Continuous batching (Yu et al. 2022, Orca): texts that are written at the same time share each decoding step, whenever they
// began, and whatever their prompts are as long as these change nothing but keys and values.
import type { DecoderConfig } from '../../contract/model.ts'
import type { Parts } from '../../contract/parts.ts'
import { decoding, type NextToken, oneToken, prefill, type StartDecoding, type StepRow } from '../evaluate/decode.ts'
import { type InferenceRunner, networkFeeds, oneOfEach, shapeOf } from '../evaluate/inference-runner.ts'
import type { PlacedPrompt } from '../evaluate/label-scores.ts'
import type { Sequence } from '../method/layout.ts'
import { virtualTokensOf } from '../method/virtual.ts'
import { kvBytes } from '../model/sizes.ts'
import { totalMemory } from '../runtime/machine-memory.ts'
import { createPlaces } from './places.ts'
import { createSlots, type Row, type Slots } from './slots.ts'
import type { Turn } from './turns.ts'

/** Rows that are decoded at once: the weights are read from memory once for all of them, keys and values for each. */
const MOST_ROWS = 16
/** Share of all memory that their keys and values take; as slots and the room of each double, four times that at the very worst. */
const SHARE = 1 / 8

interface Waiting {
  readonly id: number
  readonly resolve: (logits: Float32Array) => void
  readonly reject: (error: unknown) => void
}

/** Rows with the same network. */
interface Group {
  readonly parts: Parts | undefined
  readonly slots: Slots
  readonly waiting: Map<Row, Waiting>
  isAwaited: boolean
}

export interface PoolOptions {
  readonly runner: InferenceRunner
  readonly config: DecoderConfig
  readonly turn: Turn
  /** Of the keys and values of rows that are decoded at once; a share of all memory where absent. */
  readonly bytes?: number | undefined
}

/** Decodes rows together. A row beyond those that are decoded at once waits until others end. */
export function createDecodingPool({
  runner,
  config,
  turn,
  bytes = SHARE * totalMemory(),
}: PoolOptions): StartDecoding {
  /** What changes the network itself has steps of its own; what only adds keys and values shares them with all others. */
  const groups = new Map<Parts | undefined, Group>()
  // Each row takes the cache's room for the longest one.
  const places = createPlaces(
    (tokens) => tokens.length <= MOST_ROWS && tokens.length * Math.max(...tokens) * kvBytes(config) <= bytes,
  )

  const groupOf = (parts: Parts | undefined): Group => {
    const key = parts && ((parts.updates?.length ?? 0) > 0 || parts.weights) ? parts : undefined
    const group = groups.get(key) ?? { parts: key, slots: createSlots(config), waiting: new Map(), isAwaited: false }
    groups.set(key, group)
    return group
  }

  const begin = (sequence: Sequence, placed: PlacedPrompt | undefined): Promise<readonly [Group, Row, Float32Array]> =>
    turn(async () => {
      const { present, logits } = await prefill(runner, config, sequence, placed)
      const group = groupOf(placed?.parts)
      const { past } = virtualTokensOf(placed?.parts)
      return [group, group.slots.join({ past, ignoresWindow: sequence.actsFrom > 0 }, present), logits]
    })

  const leave = (group: Group, row: Row): void => {
    group.slots.leave(row)
    group.waiting.delete(row)
    if (group.slots.isEmpty) groups.delete(group.parts)
  }

  const nextOf = (sequence: Sequence, placed: PlacedPrompt | undefined, giveBack: () => void): NextToken => {
    let own: readonly [Group, Row] | undefined
    return {
      async first() {
        const [group, row, logits] = await begin(sequence, placed)
        own = [group, row]
        return logits
      },
      after(id) {
        if (!own) throw new RangeError('the first token comes first')
        const [group, row] = own
        const { promise, ...waiting } = Promise.withResolvers<Float32Array>()
        group.waiting.set(row, { id, ...waiting })
        // Those whose tokens came with the same pass ask for their next one in the same moment.
        if (!group.isAwaited) setImmediate(() => void turn(() => step(runner, config, group)))
        group.isAwaited = true
        return promise
      },
      end: () => {
        if (own) leave(...own)
        giveBack()
      },
    }
  }

  return async (sequence, placed, maxNewTokens, isWanted = () => true) => {
    const tokens = virtualTokensOf(placed?.parts).past + sequence.ids.length + maxNewTokens
    return nextOf(sequence, placed, await places.take(tokens, isWanted))
  }
}

/** One pass for all rows of a group that wait for their next token. Its errors are those of the rows. */
async function step(runner: InferenceRunner, config: DecoderConfig, group: Group): Promise<void> {
  const { parts, slots, waiting } = group
  group.isAwaited = false
  const due = new Map(waiting)
  waiting.clear()
  const rows = slots.rows()
  if (!rows || due.size === 0) return
  const { cache, bySlot } = rows
  try {
    const session = await runner.session({ ...shapeOf(parts), embeddings: false, past: true, ...decoding })
    const results = await session.run({
      ...cache.feeds(),
      ...networkFeeds(parts),
      ...oneToken(
        config,
        bySlot.map((row) => stepRow(row, due)),
        cache.capacity,
      ),
      ...oneOfEach(bySlot.length, parts),
    })
    const { data = new Float32Array() } = results['logits'] ?? {}
    const width = data.length / bySlot.length
    for (const [row, { resolve }] of due) {
      slots.append(row, results)
      resolve(data.subarray(row.slot * width, (row.slot + 1) * width))
    }
  } catch (error) {
    for (const { reject } of due.values()) reject(error)
  }
}

/** A slot whose row is not due computes a token that nobody looks at. */
function stepRow(row: Row | undefined, due: ReadonlyMap<Row, Waiting>): StepRow {
  const own = row && due.get(row)
  return row && own ? { ...row, id: own.id } : { id: 0, at: 0, past: 0, ignoresWindow: false }
}
