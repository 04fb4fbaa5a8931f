// Holds back streamed text that may turn out to begin a stop string.

export interface StopWatch {
  /** Text that is safe to show now, and whether a stop string was met. */
  push(text: string): { readonly text: string; readonly stopped: boolean }
  /** What was held back, when the text ends without a stop string. */
  rest(): string
}

export function watchStops(stops: readonly string[]): StopWatch {
  const wanted = stops.filter((stop) => stop.length > 0)
  let held = ''
  return {
    push(text) {
      held += text
      const met = Math.min(...wanted.map((stop) => held.indexOf(stop)).filter((at) => at >= 0))
      if (Number.isFinite(met)) {
        const shown = held.slice(0, met)
        held = ''
        return { text: shown, stopped: true }
      }
      const keep = Math.max(0, ...wanted.map((stop) => overlap(held, stop)))
      const shown = held.slice(0, held.length - keep)
      held = held.slice(held.length - keep)
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
