// Watches a compute process that has a job: one that falls silent for too long hangs, and is ended.
import type { ComputeEvent, WireJob } from '../../contract/compute.ts'

/** Milliseconds. */
export interface Bounds {
  /** Between two looks; what is counted are looks, so that neither sleep nor a busy service counts as silence. */
  readonly look: number
  /** Until its first word: loading its code on a busy computer. */
  readonly start: number
  /** Silence after which others no longer wait for this job. */
  readonly suspect: number
  /**
   * Silence after which a process hangs. A living one says so every second between two calls of ONNX Runtime, which
   * hold its thread: opening a large model on a slow disk is the longest.
   */
  readonly silence: Readonly<Record<WireJob['kind'], number>>
  /** Without a step, or other news of its progress, after which a living tuning job is stuck. */
  readonly progress: number
}

const minute = 60_000

export const usualBounds: Bounds = {
  look: 1000,
  start: 5 * minute,
  suspect: 5000,
  silence: {
    hardware: minute,
    preview: minute,
    render: minute,
    generate: 5 * minute,
    score: 5 * minute,
    label: 5 * minute,
    inspect: 5 * minute,
    serve: 5 * minute,
    prepare: 10 * minute,
    preflight: 10 * minute,
    tune: 10 * minute,
  },
  progress: 60 * minute,
}

/** Where steps are slow by themselves, a silence counts from as many of the longest step so far. */
const STEPS = 20

export interface Watchdog {
  heard(event: ComputeEvent): void
  end(): void
}

export interface Watched {
  /** Called once, when others should not wait any longer; it may still answer. */
  readonly onSuspect: () => void
  /** Called once; `silent`: milliseconds without an answer. */
  readonly onHang: (silent: number) => void
}

export function watch(kind: WireJob['kind'], bounds: Bounds, { onSuspect, onHang }: Watched): Watchdog {
  /** Looks since the last word, and since the last one that was news. */
  let quiet = 0
  let stuck = 0
  let longest = 0
  let began = false
  const looks = setInterval(() => {
    quiet += bounds.look
    stuck += bounds.look
    if (began && quiet === Math.ceil(bounds.suspect / bounds.look) * bounds.look) onSuspect()
    const patience = STEPS * longest
    const hangs = quiet >= (began ? Math.max(bounds.silence[kind], patience) : bounds.start)
    const isStuck = kind === 'tune' && stuck >= Math.max(bounds.progress, patience)
    if (!hangs && !isStuck) return
    clearInterval(looks)
    onHang(hangs ? quiet : stuck)
  }, bounds.look).unref()
  return {
    heard: ({ event }) => {
      began = true
      quiet = 0
      if (event === 'alive') return
      if (event === 'step') longest = Math.max(longest, stuck)
      stuck = 0
    },
    end: () => {
      clearInterval(looks)
    },
  }
}
