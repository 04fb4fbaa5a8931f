// Detects stop strings in streamed text, and holds back an end of it that may begin one.

export interface StopWatch {
  /** Text that is safe to show now, and whether a stop string was met. */
  push(text: string): { readonly text: string; readonly stopped: boolean }
  /** The text that is still held back; to show when the stream ends without a stop string. */
  rest(): string
}

export function watchStops(stops: readonly string[]): StopWatch {
  const nonEmpty = stops.filter((stop) => stop.length > 0)
  let held = ''
  return {
    push(text) {
      held += text
      const met = Math.min(...nonEmpty.map((stop) => held.indexOf(stop)).filter((at) => at >= 0))
      if (Number.isFinite(met)) {
        const shown = held.slice(0, met)
        held = ''
        return { text: shown, stopped: true }
      }
      const maybeStop = Math.max(0, ...nonEmpty.map((stop) => overlap(held, stop)))
      const shown = held.slice(0, held.length - maybeStop)
      held = held.slice(held.length - maybeStop)
      return { text: shown, stopped: false }
    },
    rest: () => held,
  }
}

/** Length of the longest end of `text` that begins `stop`. */
function overlap(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--)
    if (stop.startsWith(text.slice(-length))) return length
  return 0
}
