// One kill trial: kill -9 compute or service at seeded moments until the run has ended, and look at what was lost.
import { setTimeout } from 'node:timers/promises'
import type { Input } from '../../main/contract/service.ts'
import type { ScoredRow, StepMetrics, TunedPrompt } from '../../main/contract/compute.ts'
import { openStore } from '../../main/engine/store/store.ts'
import { openHome } from '../../main/service/home/home.ts'
import type { HostOrder } from '../support/host.ts'
import { type HostProcess, startHost } from '../support/host-process.ts'

/** What is tuned in a trial, by which compute process. */
export interface Subject {
  /** Entry file of compute. */
  readonly compute: string
  readonly input: Input<'runs.start'>
}

export interface Ended {
  readonly prompt: TunedPrompt
  /** The curve without its timings. */
  readonly curve: readonly Omit<StepMetrics, 'milliseconds'>[]
  /** Answers to the test rows, of each evaluation. */
  readonly answers: readonly (readonly ScoredRow[])[]
  /** How many events its hosts reported. */
  readonly events: number
  readonly kills: readonly string[]
}

/** A moment that does not depend on how fast the machine is just now. */
export interface Kill {
  readonly victim: 'compute' | 'service'
  /** Events of the run behind the kill before it, or behind the host's readiness. */
  readonly events: number
  /** Milliseconds behind that event. */
  readonly after: number
}

const eventsOf = ({ messages }: HostProcess): number => messages.filter(({ say }) => say === 'event').length
const isReady = (message: { readonly say: string }) => message.say === 'ready'

/** Runs the subject in that home to its end through all kills. Throws where something acknowledged was lost. */
export async function runThrough(home: string, subject: Subject, kills: readonly Kill[]): Promise<Ended> {
  const left = [...kills]
  const done: string[] = []
  let events = 0
  let order: HostOrder = { order: 'start', input: subject.input }
  for (;;) {
    const host = startHost(home, subject.compute, order)
    await host.until(isReady)
    await killAll(host, left, done)
    await host.gone
    await nobodyLeft(host)
    events += eventsOf(host)
    const stored = await look(home, host)
    if (stored?.state === 'finished') return { ...stored.result(), events, kills: done }
    if (stored) order = { order: 'resume', run: stored.name }
  }
}

/** Kills one victim after another; ends with the service's death, or with the run's own end. */
async function killAll(host: HostProcess, left: Kill[], done: string[]): Promise<void> {
  let seen = 0
  for (let kill = left[0]; kill; kill = left[0]) {
    const { victim, events, after } = kill
    const due = seen + events
    const reached = await host.until(() => eventsOf(host) >= due).catch(() => undefined)
    // The run has ended before this kill was due.
    if (!reached && eventsOf(host) < due) return
    seen = due
    await setTimeout(after)
    left.shift()
    done.push(`${victim}, ${String(events)} events and ${String(after)} ms on`)
    if (victim === 'service') {
      host.child.kill('SIGKILL')
      return
    }
    const compute = host.messages.findLast((message) => message.say === 'compute')
    if (compute) killPid(compute.pid)
  }
}

function killPid(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself in this very moment.
  }
}

/** A dead service leaves no compute process behind. */
async function nobodyLeft(host: HostProcess): Promise<void> {
  const pids = host.messages.flatMap((message) => (message.say === 'compute' ? [message.pid] : []))
  const until = performance.now() + 20_000
  while (pids.some(alive)) {
    if (performance.now() > until) throw new Error(`compute ${pids.filter(alive).join()} outlived its service`)
    await setTimeout(20)
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Opens the database as the next host will, and compares it with what the last one had acknowledged. */
async function look(home: string, host: HostProcess) {
  const store = await openStore(openHome(home).database)
  try {
    const [run] = await store.runs.list()
    if (!run && eventsOf(host) === 0) return undefined
    if (!run) throw new Error('the run itself was lost')
    const acknowledged = host.messages.flatMap((m) =>
      m.say === 'event' && m.event.event === 'checkpoint' ? [m.event.step] : [],
    )
    const checkpoint = await store.checkpoints.load(run.id)
    const step = checkpoint?.step ?? 0
    if (step < Math.max(0, ...acknowledged))
      throw new Error(`checkpoint ${String(acknowledged.at(-1))} was lost, ${String(step)} is there`)
    const steps = await store.metrics.steps(run.id)
    const missing = Array.from({ length: step }, (_, i) => i + 1).filter((wanted, i) => steps[i]?.step !== wanted)
    if (missing.length > 0) throw new Error(`steps ${missing.join()} were lost`)
    const prompt = await store.prompts.byRun(run.id)
    const evaluations = await store.evaluations.list(run.id)
    const answers = await Promise.all(evaluations.map(({ id }) => store.evaluations.rows(id)))
    const result = () => {
      if (!prompt) throw new Error('a finished run has no prompt')
      if (evaluations.length !== 5) throw new Error(`a finished run has ${String(evaluations.length)} evaluations`)
      return { prompt, answers, curve: steps.map(({ milliseconds: _, ...rest }) => rest) }
    }
    return { name: run.name, state: run.state, result }
  } finally {
    await store.close()
  }
}
