// The line between a process and a child of its own: a pipe at descriptor 3, with the frames of every other line.
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { frameReader, writeFrame } from '../contract/wire/frames.ts'
import { decodeValue, encodeValue, unbounded } from '../contract/wire/values.ts'
import { forkNode } from './programs.ts'

const DESCRIPTOR = 3

export interface PipedChild {
  readonly child: ReturnType<typeof forkNode>
  /** A dead process has lost its line: a value to it is dropped, and its exit reports why. */
  send(value: unknown): void
}

export interface PipedOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly execArgv?: readonly string[]
  /** What becomes of its error stream. */
  readonly errors: 'pipe' | 'ignore'
}

/** Forks this process's own Node; `onValue` gets each value that it sends. What cannot be read ends it. */
export function forkPiped(
  script: string,
  { errors, ...options }: PipedOptions,
  onValue: (value: unknown) => void,
): PipedChild {
  const child = forkNode(script, { ...options, stdio: ['ignore', 'ignore', errors, 'pipe'] })
  const line = child.stdio[DESCRIPTOR] as Duplex
  const read = reader(onValue)
  line.on('data', (piece: Buffer) => {
    try {
      read(piece)
    } catch {
      child.kill('SIGKILL')
    }
  })
  line.on('error', () => undefined)
  return {
    child,
    send: (value) => {
      if (line.writable) writeFrame(line, encodeValue(value, unbounded))
    },
  }
}

/** The child's end: the line's end is its parent's, and ends this process too. `sent` is called when the value has gone out. */
export function openPipe(onValue: (value: unknown) => void): { send(value: unknown, sent?: () => void): void } {
  const line = new Socket({ fd: DESCRIPTOR, readable: true, writable: true })
  line.on('data', reader(onValue))
  // An error is the parent's death as well: 'close' follows it.
  line.on('error', () => undefined)
  line.on('close', () => process.exit(0))
  return {
    send: (value, sent) => {
      writeFrame(line, encodeValue(value, unbounded), sent)
    },
  }
}

const reader = (onValue: (value: unknown) => void): ((piece: Uint8Array) => void) =>
  frameReader(unbounded.bytes, (bytes) => {
    onValue(decodeValue(bytes, unbounded))
  })
