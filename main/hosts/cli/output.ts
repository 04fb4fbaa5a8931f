// How the command line speaks: a progress bar on a terminal, plain lines elsewhere, JSON lines with --json.
import { approximately } from '../../contract/numbers.ts'
import { type Origin, remaining } from '../../contract/remaining.ts'
import { printable, printableJson } from '../../contract/printable.ts'
import type { StudioEvent } from '../../contract/service.ts'
import { describeEvent } from './words.ts'

export interface Output {
  /** `steps`: number of steps of the event's run; 0 where there is none. */
  event(event: StudioEvent, steps?: number): void
  /** A sentence for people; nothing with --json. */
  say(line: string): void
  /** Something that happens while a command goes on: a line of JSON with --json, otherwise the line. */
  entry(value: Readonly<Record<string, unknown>>, line: string): void
  /** The command's result: one line of JSON with --json, otherwise the lines. */
  result(value: Readonly<Record<string, unknown>>, lines: readonly string[]): void
  /** Leaves the cursor at the start of a line. */
  end(): void
}

export interface Streams {
  readonly out: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number }
  readonly err: { write(text: string): unknown }
}

const jsonOutput = ({ out }: Streams): Output => {
  const write = (value: unknown) => void out.write(`${printableJson(value)}\n`)
  return {
    event: write,
    say: () => undefined,
    entry: write,
    result: (value) => {
      write({ event: 'result', ...value })
    },
    end: () => undefined,
  }
}

const BAR = 24
/** Milliseconds between two redraws of a terminal's line, at least. */
const REDRAW_MS = 80
/** Plain lines report every tenth of a known amount. */
const PARTS = 10

function textOutput({ out }: Streams): Output {
  const live = out.isTTY === true
  let shown = ''
  let drawn = 0
  /** The last tenth reported of each label: two kinds of work may take turns. */
  const reported = new Map<string, number>()
  let bare = false
  /** When the run under way is expected to be over, by the clock of `performance`. */
  let end: number | undefined

  /** Where each label's work began. */
  const origins = new Map<string, Origin>()

  const secondsLeft = (label: string, done: number, total: number): number | undefined => {
    const now = performance.now()
    if (end !== undefined) return Math.max(0, end - now) / 1000
    const known = origins.get(label)
    const origin = known && known.done <= done ? known : { at: now, done }
    origins.set(label, origin)
    return remaining(origin, done, total, now)
  }
  const clear = (): void => {
    if (shown) out.write('\r\x1b[2K')
    if (bare) out.write('\n')
    shown = ''
    bare = false
  }
  const say = (line: string): void => {
    clear()
    out.write(`${printable(line)}\n`)
  }
  const progress = (label: string, done: number, total: number, note: string): void => {
    const seconds = secondsLeft(label, done, total)
    const left = seconds === undefined ? undefined : `${approximately(seconds)} left`
    const share = total > 0 ? Math.min(1, done / total) : 0
    if (live) {
      if (performance.now() - drawn < REDRAW_MS && done < total) return
      drawn = performance.now()
      const full = Math.round(share * BAR)
      const bar = total > 0 ? `[${'='.repeat(full)}${' '.repeat(BAR - full)}] ` : ''
      const line = printable(`${bar}${[left, `${label} ${note}`].filter(Boolean).join(', ')}`).slice(
        0,
        (out.columns ?? 80) - 1,
      )
      out.write(`\r\x1b[2K${line}`)
      shown = line
      return
    }
    const part = Math.floor(share * PARTS)
    if (reported.get(label) !== part) say([`${label} ${note}`, left].filter(Boolean).join(', '))
    reported.set(label, part)
  }

  return {
    event: (event, steps = 0) => {
      if (event.event === 'token') {
        if (!bare) clear()
        out.write(printable(event.text))
        bare = true
        return
      }
      if (event.event === 'outlook') end = event.left === undefined ? undefined : performance.now() + 1000 * event.left
      if (event.event === 'state' && event.state !== 'running') end = undefined
      const words = describeEvent(event, steps)
      if (words === undefined) return
      if (words.kind === 'line') say(words.text)
      else progress(words.label, words.done, words.total, words.note)
    },
    say,
    entry: (_value, line) => {
      say(line)
    },
    result: (_value, lines) => {
      clear()
      for (const line of lines) out.write(`${printable(line)}\n`)
    },
    end: clear,
  }
}

export const createOutput = (streams: Streams, json: boolean): Output =>
  json ? jsonOutput(streams) : textOutput(streams)
