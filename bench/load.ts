// Load on the local API: 32 callers for minutes, with malformed, cancelled, slow and oversized requests among them, and a drain at the end.
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { Studio } from '../main/contract/service.ts'
import { createRandom, type Random } from '../main/engine/random.ts'
import { freePort } from '../test/support/free-port.ts'
import { startHost, studioOf } from './support/host.ts'
import { type Caller, createCaller, type HttpAnswer } from './support/http-caller.ts'
import { answeredOffline, choosers, fillShelf, type Offline, writer, writtenTokens } from './support/load-studio.ts'
import { type Bench, type BenchOptions, type Findings, target } from './support/result.ts'
import { inScratch } from './support/scratch.ts'

const size = {
  full: { seconds: 5 * 60, callers: 32, texts: 200, looks: 10 },
  quick: { seconds: 6, callers: 4, texts: 10, looks: 3 },
} as const

/** Kinds of requests, and how often each is made. */
const kinds = {
  classify: 0.6,
  'many prompts': 0.12,
  write: 0.12,
  malformed: 0.05,
  cancelled: 0.05,
  oversized: 0.03,
  slow: 0.03,
} as const
type Kind = keyof typeof kinds
const kindNames = Object.keys(kinds) as Kind[]

/** Two ways through the network that differ by more in a probability are different answers. */
const SAME = 1e-4
/** Bytes by which a process may grow between the second look and the last. */
const GROWTH = 24e6
const MB = 1e6
/** Texts of each request that is under way when the server is switched off. */
const DRAINED_TEXTS = 20

interface Counts {
  readonly kind: Kind
  asked: number
  /** Answers other than the offline one, or other statuses than a request of its kind gets. */
  wrong: number
  readonly milliseconds: number[]
}

interface Look {
  readonly second: number
  readonly service: number
  readonly compute: number
}

interface Loaded {
  readonly counts: readonly Counts[]
  readonly looks: readonly Look[]
  readonly drained: { readonly underWay: number; readonly lost: number; readonly wrong: number }
  /** Slow connections, and those of them that the server still held at the end. */
  readonly slow: { readonly opened: number; readonly held: number }
}

export const loadBench: Bench = ({ quick, say }) =>
  inScratch(async (folder) => {
    const amounts = size[quick ? 'quick' : 'full']
    const host = await startHost(`${folder}/home`)
    const studio = await studioOf(`${folder}/home`)
    try {
      say('Tuning three prompts, and answering every text without the server.')
      await fillShelf(studio, folder)
      const texts = Array.from(
        { length: amounts.texts },
        (_, i) => `the parcel number ${String(i)} came late and was charged ${String(i % 7)} times`,
      )
      const offline = await answeredOffline(studio, texts)
      const loaded = await load(studio, { ...amounts, texts, offline, pid: host.pid, say })
      return findings(loaded, amounts)
    } finally {
      await studio.close()
      await host.end()
    }
  })

interface Loading extends Pick<BenchOptions, 'say'> {
  readonly seconds: number
  readonly callers: number
  readonly looks: number
  readonly texts: readonly string[]
  readonly offline: Offline
  /** Of the service. */
  readonly pid: number
}

async function load(studio: Studio, loading: Loading): Promise<Loaded> {
  const { seconds, callers: amount, looks: wanted, pid, say } = loading
  const { url } = await studio.call('api.switch', { on: true, port: await freePort() })
  if (url === null) throw new Error('The local API does not answer.')
  const counts = kindNames.map((kind): Counts => ({ kind, asked: 0, wrong: 0, milliseconds: [] }))
  const callers = Array.from({ length: amount }, () => createCaller(url))
  const slow: { closed: boolean }[] = []
  const until = performance.now() + seconds * 1000
  const looks: Look[] = []
  const looking = (async () => {
    for (let i = 1; i <= wanted; i++) {
      await setTimeout((seconds * 1000) / wanted)
      const look = { second: Math.round((seconds * i) / wanted), ...residentOf(pid) }
      looks.push(look)
      say(
        `${String(look.second)} s: ${String(total(counts, 'asked'))} requests, ${String(total(counts, 'wrong'))} wrong, ` +
          `service ${(look.service / MB).toFixed(0)} MB, compute ${(look.compute / MB).toFixed(0)} MB`,
      )
    }
  })()
  await Promise.all(
    callers.map(async (caller, i) => {
      const random = createRandom(i + 1)
      while (performance.now() < until) await one(caller, random, { ...loading, counts, slow })
    }),
  )
  await looking
  const drained = await drain(studio, callers, loading)
  for (const caller of callers) caller.close()
  // The server waits for the rest of a request for half a minute; the drain has cut what was left.
  const held = slow.filter(({ closed }) => !closed).length
  return { counts, looks, drained, slow: { opened: slow.length, held } }
}

interface Asking extends Loading {
  readonly counts: readonly Counts[]
  readonly slow: { closed: boolean }[]
}

/** Makes one request of a random kind, and judges its answer. */
async function one(caller: Caller, random: Random, { counts, slow, texts, offline }: Asking): Promise<void> {
  const kind = chosen(random)
  const text = texts[random.integer(texts.length)] ?? ''
  const own = counts.find((each) => each.kind === kind) as Counts
  const began = performance.now()
  const judge = (isRight: boolean): void => {
    own.asked++
    if (!isRight) own.wrong++
    own.milliseconds.push(performance.now() - began)
  }
  const prompt = choosers[random.integer(choosers.length)] ?? choosers[0]
  const works: Readonly<Record<Kind, () => Promise<void>>> = {
    classify: async () => {
      judge(isOffline(offline, text, [prompt], await caller.post('/v1/classify', JSON.stringify({ prompt, text }))))
    },
    'many prompts': async () => {
      const body = JSON.stringify({ prompt: choosers, text })
      judge(isOffline(offline, text, choosers, await caller.post('/v1/classify', body)))
    },
    write: async () => {
      const answer = await caller.post('/v1/completions', JSON.stringify(writing(text)))
      judge(answer.status === 200 && writtenIn(answer) === offline.written(text))
    },
    malformed: async () => {
      judge((await caller.post('/v1/classify', '{"prompt": "first", "text": ')).status === 400)
    },
    cancelled: async () => {
      const leaving = AbortSignal.timeout(1 + random.integer(20))
      // Either the answer was faster, or nobody waits for it.
      const answer = await caller.post('/v1/classify', JSON.stringify({ prompt, text }), leaving).catch(() => undefined)
      judge(!answer || isOffline(offline, text, [prompt], answer))
    },
    oversized: async () => {
      const body = JSON.stringify({ prompt, text: 'x'.repeat(5 * 2 ** 20) })
      // The server answers before all of it has come, and may cut the rest.
      const answer = await caller.post('/v1/classify', body).catch(() => undefined)
      judge(!answer || answer.status === 413)
    },
    slow: async () => {
      const state = { closed: false }
      slow.push(state)
      caller.slow('/v1/classify').once('close', () => (state.closed = true))
      judge(true)
      await setTimeout(5)
    },
  }
  await works[kind]()
}

function chosen(random: Random): Kind {
  let left = random.next()
  return kindNames.find((kind) => (left -= kinds[kind]) < 0) ?? 'classify'
}

const writing = (text: string) => ({ model: writer, prompt: text, temperature: 0, max_tokens: writtenTokens })

const writtenIn = ({ body }: HttpAnswer): string | undefined =>
  (JSON.parse(body) as { readonly choices?: readonly { readonly text: string }[] }).choices?.[0]?.text

interface Classified {
  readonly answers: readonly {
    readonly prompt: string
    readonly probabilities: readonly { readonly label: string; readonly probability: number }[]
  }[]
}

/** Whether each prompt has given every label the probability that it has without the server. */
function isOffline(offline: Offline, text: string, prompts: readonly string[], { status, body }: HttpAnswer): boolean {
  if (status !== 200) return false
  const { answers } = JSON.parse(body) as Classified
  return (
    answers.length === prompts.length &&
    answers.every(({ prompt, probabilities }, i) => {
      const wanted = offline.probabilities(prompt, text)
      return (
        prompt === prompts[i] &&
        probabilities.length === wanted.size &&
        probabilities.every(({ label, probability }) => Math.abs(probability - (wanted.get(label) ?? NaN)) <= SAME)
      )
    })
  )
}

/** Switches the server off while requests of all callers are under way. */
async function drain(
  studio: Studio,
  callers: readonly Caller[],
  { texts, offline }: Loading,
): Promise<Loaded['drained']> {
  const some = texts.slice(0, DRAINED_TEXTS)
  const [first] = callers
  if (!first) throw new Error('there is no caller')
  const requests = callers.map((caller) =>
    caller.post('/v1/classify', JSON.stringify({ prompt: choosers[0], text: some })).catch(() => undefined),
  )
  // One that the server has not read yet was not asked: its caller is told so by a refused connection. Where some are answered
  // already, the rest is read as well.
  let isAnswered = false
  for (const each of requests) void each.then(() => (isAnswered = true))
  while (!isAnswered && inFlight(await first.get('/metrics')) < callers.length) await setTimeout(1)
  const off = studio.call('api.switch', { on: false })
  const answers = await Promise.all(requests)
  await off
  const wrong = answers.filter((answer) => answer && !allOffline(offline, some, answer)).length
  return { underWay: callers.length, lost: answers.filter((answer) => !answer).length, wrong }
}

const inFlight = ({ body }: HttpAnswer): number => Number(/^softprompt_requests_in_flight (\d+)$/m.exec(body)?.[1]) - 1

function allOffline(offline: Offline, texts: readonly string[], { status, body }: HttpAnswer): boolean {
  if (status !== 200) return false
  const { answers } = JSON.parse(body) as Classified
  return texts.every((text, i) => {
    const answer = JSON.stringify({ answers: answers.slice(i, i + 1) })
    return isOffline(offline, text, [choosers[0]], { status, body: answer })
  })
}

/** Memory of the service and of its compute processes. Linux tells it under /proc. */
function residentOf(pid: number): Omit<Look, 'second'> {
  const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
  const bytes = (of: string): number =>
    existsSync(`/proc/${of}/status`)
      ? 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${of}/status`, 'utf8'))?.[1] ?? 0)
      : 0
  return { service: bytes(String(pid)), compute: children.reduce((sum, child) => sum + bytes(child), 0) }
}

const total = (counts: readonly Counts[], what: 'asked' | 'wrong'): number =>
  counts.reduce((sum, each) => sum + each[what], 0)

/** The value below which this share of them lies. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
}

function findings(
  { counts, looks, drained, slow }: Loaded,
  { seconds, callers, texts }: (typeof size)[keyof typeof size],
): Findings {
  const grown = (what: 'service' | 'compute'): number =>
    ((looks.at(-1)?.[what] ?? 0) - ((looks[1] ?? looks[0])?.[what] ?? 0)) / MB
  const shares = kindNames.map((kind) => `${kind} ${String(Math.round(100 * kinds[kind]))} %`).join(', ')
  return {
    title: 'Load on the local API',
    method:
      `The browser host with its switch on, a tiny Llama, two prompts that choose and one that writes; ${String(callers)} callers for ${String(seconds)} s without a pause, each request of a random kind: ${shares}. ` +
      `Texts are ${String(texts)} different ones, whose answers Try has given before, without the server: each probability has to agree to ${String(SAME)}, each written text to the letter. ` +
      `Then all callers ask at once about ${String(DRAINED_TEXTS)} texts, and serving is switched off while all are under way. Memory is resident memory of service and compute; growth is from the second look of ${String(looks.length)} to the last.`,
    table: {
      columns: ['requests', 'number', 'wrong', 'median, ms', '99 % within, ms'],
      rows: counts.map(({ kind, asked, wrong, milliseconds }) => [
        ...[kind, String(asked), String(wrong)],
        ...[quantile(milliseconds, 0.5).toFixed(1), quantile(milliseconds, 0.99).toFixed(1)],
      ]),
    },
    targets: [
      target('requests answered otherwise than they should be', total(counts, 'wrong'), '<=', 0),
      target('requests lost in the drain', drained.lost + drained.wrong, '<=', 0),
      target('slow connections still held at the end', slow.held, '<=', 0),
      target('MB by which service grew', grown('service'), '<=', GROWTH / MB),
      target('MB by which compute grew', grown('compute'), '<=', GROWTH / MB),
    ],
    doubts: [],
    figures: {
      requestsPerSecond: total(counts, 'asked') / seconds,
      kinds: counts.map(({ kind, asked, wrong, milliseconds }) => ({
        ...{ kind, asked, wrong },
        median: quantile(milliseconds, 0.5),
        most: quantile(milliseconds, 0.99),
      })),
      ...{ looks, drained, slow },
    },
  }
}
