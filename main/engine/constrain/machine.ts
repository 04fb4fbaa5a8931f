// Follows a text byte by byte through an expression: a pushdown automaton, whose states are made when they are first reached.
import { studioError } from '../../contract/errors/index.ts'
import type { Expression } from './expression.ts'

/** Where a text may stand. */
export interface State {
  /** Whether the text may end here. */
  readonly isComplete: boolean
  /** The state behind one more byte; undefined where it may not stand here. */
  after(byte: number): State | undefined
}

/** An expression that is being matched, how far, and what comes behind it; undefined = the text's end. */
interface Frame {
  readonly expression: Expression
  /** Bytes matched, parts matched, or repetitions begun. */
  readonly at: number
  readonly behind: Frame | undefined
  /** Its number: the same frame is always the same object. */
  readonly id: number
}

/** Frames that are opened for one text at most: some seconds' work, for which others wait. */
const MOST_WORK = 2e6
/** Frames that are compared with a byte in the time in which one is opened. */
const COMPARED = 16

/**
 * The state before the first byte of what an expression matches. Error, also where states are asked for the next one:
 * 'serving/schema'.
 */
export function startOf(expression: Expression): State {
  const frames = createFrames()
  const known = new Map<string, State | undefined>()
  let work = 0
  const spend = (more: number): void => {
    work += more
    if (work > MOST_WORK) throw studioError('serving/schema', 'it allows too many things at once')
  }
  const made = (tops: ReadonlySet<Frame | undefined>): State | undefined => {
    const { leaves, isComplete, opened } = expanded(tops, frames)
    spend(opened)
    if (leaves.length === 0 && !isComplete) return undefined
    const after = remembered((byte) => {
      spend(leaves.length / COMPARED)
      return stateOf(steps(leaves, byte, frames))
    })
    return { isComplete, after }
  }
  /** Where the text stands before any of these frames. */
  const stateOf = (some: readonly (Frame | undefined)[]): State | undefined => {
    const tops = new Set(some)
    const key = [...tops]
      .map((frame) => frame?.id ?? -1)
      .sort((one, other) => one - other)
      .join()
    if (!known.has(key)) known.set(key, made(tops))
    return known.get(key)
  }
  return stateOf([frames(expression, 0, undefined)]) ?? { isComplete: false, after: () => undefined }
}

type Frames = (expression: Expression, at: number, behind: Frame | undefined) => Frame

/** Makes each frame once, so that a set of them is known by their numbers. */
function createFrames(): Frames {
  const numbers = new Map<Expression, number>()
  const frames = new Map<string, Frame>()
  return (expression, at, behind) => {
    const number = numbers.get(expression) ?? numbers.size
    numbers.set(expression, number)
    const key = `${String(number)} ${String(at)} ${String(behind?.id)}`
    const frame = frames.get(key) ?? { expression, at, behind, id: frames.size }
    frames.set(key, frame)
    return frame
  }
}

/** The frames that can be reached without a byte: those that match one themselves, and whether the end is among them. */
function expanded(tops: ReadonlySet<Frame | undefined>, frames: Frames) {
  const seen = new Set<Frame>()
  const leaves: Frame[] = []
  let isComplete = false
  const waiting = [...tops]
  while (waiting.length > 0) {
    const frame = waiting.pop()
    if (frame === undefined) isComplete = true
    else if (!seen.has(frame)) {
      seen.add(frame)
      const inner = within(frame, frames)
      if (inner) waiting.push(...inner)
      else leaves.push(frame)
    }
  }
  return { leaves, isComplete, opened: seen.size }
}

/** What a frame begins with; undefined where that is a byte. */
function within({ expression, at, behind }: Frame, frames: Frames): readonly (Frame | undefined)[] | undefined {
  switch (expression.kind) {
    case 'bytes':
    case 'one':
      return undefined
    case 'choice':
      return expression.of.map((each) => frames(each, 0, behind))
    case 'later':
      return [frames(expression.get(), 0, behind)]
    case 'sequence': {
      const part = expression.parts[at]
      if (part === undefined) return [behind]
      const isLast = at + 1 === expression.parts.length
      return [frames(part, 0, isLast ? behind : frames(expression, at + 1, behind))]
    }
    case 'repeat': {
      const { of, min, max } = expression
      // How often it was repeated matters only up to a bound that there is.
      const begun = max === Infinity ? Math.min(at + 1, min) : at + 1
      return [...(at < max ? [frames(of, 0, frames(expression, begun, behind))] : []), ...(at >= min ? [behind] : [])]
    }
  }
}

/** What comes behind a byte in each of the frames that match it. */
const steps = (leaves: readonly Frame[], byte: number, frames: Frames): (Frame | undefined)[] =>
  leaves.flatMap(({ expression, at, behind }) => {
    if (expression.kind === 'one')
      return expression.ranges.some(([from, to]) => byte >= from && byte <= to) ? [behind] : []
    if (expression.kind !== 'bytes' || expression.bytes[at] !== byte) return []
    return at + 1 === expression.bytes.length ? [behind] : [frames(expression, at + 1, behind)]
  })

/** Asks for the state behind each byte once. */
function remembered(after: State['after']): State['after'] {
  const found: (State | null)[] = []
  return (byte) => {
    let state = found[byte]
    if (state === undefined) state = found[byte] = after(byte) ?? null
    return state ?? undefined
  }
}
