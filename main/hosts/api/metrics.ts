// Counts what the local API does, in the text format of Prometheus.
// Source: prometheus.io/docs/instrumenting/exposition_formats (version 0.0.4).

export interface Observation {
  /** A path of the API; what is asked for by others is none. */
  readonly endpoint: string
  readonly status: number
  readonly seconds: number
  readonly tokens: { readonly input: number; readonly cached: number; readonly output: number }
}

export interface Metrics {
  began(): void
  ended(observation: Observation): void
  text(): string
}

/** Upper bounds of the durations, in seconds. */
const bounds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

interface Durations {
  readonly counts: number[]
  sum: number
  count: number
}

export function createMetrics(): Metrics {
  const requests = new Map<string, number>()
  const durations = new Map<string, Durations>()
  const tokens = { input: 0, cached: 0, output: 0 }
  let inFlight = 0
  const started = Date.now() / 1000 - process.uptime()

  return {
    began: () => {
      inFlight++
    },
    ended: ({ endpoint, status, seconds, tokens: used }) => {
      inFlight--
      const key = labels({ endpoint, status: String(status) })
      requests.set(key, (requests.get(key) ?? 0) + 1)
      const own = durations.get(endpoint) ?? { counts: bounds.map(() => 0), sum: 0, count: 0 }
      durations.set(endpoint, own)
      bounds.forEach((bound, i) => {
        if (seconds <= bound) own.counts[i] = (own.counts[i] ?? 0) + 1
      })
      own.sum += seconds
      own.count++
      for (const kind of kinds) tokens[kind] += used[kind]
    },
    text: () =>
      [
        ...family('softprompt_requests_total', 'counter', 'Requests that were answered.', requests),
        ...histogram(durations),
        ...family(
          'softprompt_tokens_total',
          'counter',
          'Tokens that were read, known from an earlier request, and written.',
          new Map(kinds.map((kind) => [labels({ kind }), tokens[kind]])),
        ),
        ...family('softprompt_requests_in_flight', 'gauge', 'Requests under way.', new Map([['', inFlight]])),
        ...family('process_start_time_seconds', 'gauge', 'Since 1970.', new Map([['', started]])),
        ...family(
          'process_resident_memory_bytes',
          'gauge',
          'Of this process; the model has one of its own.',
          new Map([['', process.memoryUsage.rss()]]),
        ),
        '',
      ].join('\n'),
  }
}

const kinds = ['input', 'cached', 'output'] as const

function family(name: string, type: string, help: string, samples: ReadonlyMap<string, number>): string[] {
  const lines = [...samples].map(([own, value]) => `${name}${own} ${String(value)}`)
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines]
}

function histogram(durations: ReadonlyMap<string, Durations>): string[] {
  const name = 'softprompt_request_duration_seconds'
  const lines = [...durations].flatMap(([endpoint, { counts, sum, count }]) => [
    ...bounds.map((le, i) => `${name}_bucket${labels({ endpoint, le: String(le) })} ${String(counts[i] ?? 0)}`),
    `${name}_bucket${labels({ endpoint, le: '+Inf' })} ${String(count)}`,
    `${name}_sum${labels({ endpoint })} ${String(sum)}`,
    `${name}_count${labels({ endpoint })} ${String(count)}`,
  ])
  return [`# HELP ${name} From a request's arrival to its answer's end.`, `# TYPE ${name} histogram`, ...lines]
}

const labels = (own: Readonly<Record<string, string>>): string =>
  `{${Object.entries(own)
    .map(([name, value]) => `${name}="${value}"`)
    .join()}}`
