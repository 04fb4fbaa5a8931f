// Follows a run by its events, and says at any time how far it is and how long it takes to the verdict.
import type { Checkpoint, ComputeEvent } from '../../contract/compute.ts'
import { type Outlook, type Phase, phases, type PhaseWork } from '../../contract/outlook.ts'
import { baselineNames, type Subject } from '../../contract/records.ts'
import { comparingWith, evaluatingWith, stages } from '../../contract/stages.ts'
import { median } from '../../engine/statistics.ts'
import {
  type Basis,
  partNames,
  type PartName,
  phaseOf,
  type Planned,
  type Rates,
  ratesFrom,
  unitsOf,
  promptsOf,
} from './parts.ts'
import { roughBasis, type Seen } from './rough-rates.ts'

export interface TrackedRun extends Planned {
  /** Mean characters of a text and its answer, and of the longest answer. */
  readonly lengths: Seen['lengths']
  /** Step after which the run pauses, without being evaluated; undefined = it does not. */
  readonly until: number | undefined
}

export interface Tracker {
  /** `now`: milliseconds of a clock that only grows. */
  hear(event: ComputeEvent, now: number): void
  /** The training ends here, and only its evaluation is left. */
  keep(): void
  at(now: number): Outlook
  /** The time of each part's unit as it was measured, or estimated where a part was not reached; undefined where too little was. */
  rates(): Rates | undefined
}

/** One part of the run under way. */
interface Work {
  units: number
  done: number
  /** Units that were timed, and their milliseconds. */
  timed: number
  spent: number
  /** Milliseconds that the unit under way has taken so far. */
  pending: number
  /** The last times of a unit, for parts whose first units also open sessions. */
  readonly recent: number[]
}

/** Times of a unit that are remembered. */
const RECENT = 20
/** Fewer times than these say little: the first also open sessions. */
const FEW = 3
/** Steps within which the training's sessions are opened, and fewer than which say nothing. */
const OPENING = 10
const FEW_STEPS = 5
/** How far all rates together may be off what was measured earlier. */
const MOST = 3

const stageParts: Readonly<Record<string, PartName>> = {
  [stages.texts]: 'texts',
  [stages.testTexts]: 'testTexts',
  [stages.calibrating]: 'calibrating',
  [stages.choosing]: 'choosing',
  [stages.measuring]: 'measuring',
  [evaluatingWith('tuned prompt')]: 'tuned',
  [evaluatingWith('no prompt')]: 'alone',
  [evaluatingWith('hand-written prompt')]: 'handWritten',
  [comparingWith('word count')]: 'wordCount',
  [comparingWith('linear probe')]: 'linearProbe',
}

const subjectParts: Readonly<Record<Subject, PartName>> = {
  'tuned prompt': 'tuned',
  'no prompt': 'alone',
  'hand-written prompt': 'handWritten',
  'word count': 'wordCount',
  'linear probe': 'linearProbe',
}

/** Their progress counts other things than their units, in no fixed number. */
const uncounted: readonly PartName[] = baselineNames.map((name) => subjectParts[name])

/** Whose first report says what an earlier run has stored. */
const stored: readonly PartName[] = ['texts', 'testTexts']

/**
 * `known`: what earlier runs or a pre-flight measured, as far as there were any. Until then, all is estimated from the first
 * validation, which comes before the first step. `from`: the checkpoint that the run goes on from.
 */
export function trackRun(
  plan: TrackedRun,
  known: Rates | undefined,
  from: Pick<Checkpoint, 'step' | 'finished'> | undefined,
  now: number,
): Tracker {
  const work = beginning(plan, from)
  const prompts = promptsOf(plan.rows)
  const began = new Set<PartName>()
  let last = now
  let phase: Phase = from?.finished === true ? 'judge' : 'prepare'
  let saving = 0
  /** Rows of the checks before the first step, the first of which also open a session. */
  const checked = { untuned: createBatches(), validations: createBatches() }
  let isTraining = true

  const take = (name: PartName, units: number, time: number): void => {
    const part = work[name]
    const taken = part.pending + time
    part.done += units
    part.timed += units
    part.spent += taken
    part.pending = 0
    if (units > 0 && part.recent.push(taken / units) > RECENT) part.recent.shift()
  }
  const endTraining = (): void => {
    isTraining = false
    for (const name of partNames) if (phaseOf[name] !== 'judge') work[name].units = work[name].done
  }
  const enter = (name: PartName): void => {
    began.add(name)
    if (phaseOf[name] !== 'judge') return
    phase = 'judge'
    // What comes before it is over.
    for (const earlier of partNames.slice(0, partNames.indexOf(name))) work[earlier].units = work[earlier].done
  }
  const progress = (stage: string, done: number, total: number, time: number): void => {
    if (stage === stages.validating) {
      const check = work.untuned.done < work.untuned.units ? 'untuned' : 'validations'
      checked[check].take(done, time)
      work[check].pending += time
      return
    }
    const name = stageParts[stage]
    if (name === undefined) {
      work.opening.pending += time
      return
    }
    const isFirst = !began.has(name)
    enter(name)
    const part = work[name]
    if (name === 'testTexts' || (name === 'texts' && isTraining)) part.units = total
    const reached = uncounted.includes(name) || total === 0 ? part.done : (part.units * done) / total
    if (isFirst && stored.includes(name)) {
      part.done = reached
      work.opening.pending += time
    } else if (reached > part.done) take(name, reached - part.done, time)
    else part.pending += time
  }
  const hears: {
    readonly [E in ComputeEvent['event']]?: (event: Extract<ComputeEvent, { event: E }>, time: number) => void
  } = {
    progress: ({ stage, done, total }, time) => {
      progress(stage, done, total, time)
    },
    provider: (_, time) => void (work.opening.pending += time),
    untuned: (_, time) => {
      take('untuned', work.untuned.units - work.untuned.done, time)
    },
    validation: (_, time) => {
      take('validations', plan.rows.validation, time)
      settle(work.opening)
      if (phase === 'prepare') phase = 'learn'
    },
    step: ({ metrics: { step } }, time) => {
      if (phase === 'prepare') phase = 'learn'
      settle(work.opening)
      work.steps.done = (step - 1) * prompts
      take('steps', prompts, time)
      const { sessions } = work
      sessions.done = Math.min(sessions.units, sessions.done + 1 / OPENING)
    },
    checkpoint: ({ checkpoint }, time) => {
      saving += time
      if (!checkpoint.finished) return
      phase = 'judge'
      endTraining()
    },
    evaluation: ({ evaluation: { subject } }, time) => {
      const name = subjectParts[subject]
      enter(name)
      take(name, work[name].units - work[name].done, time)
    },
    measured: (_, time) => {
      take('measuring', work.measuring.units - work.measuring.done, time)
    },
  }

  const unitOf = (name: PartName): number | undefined => {
    const { timed, spent, recent } = work[name]
    const { steps } = work
    const isSteady = steps.recent.length >= FEW_STEPS
    if (name === 'sessions')
      return isSteady ? Math.max(0, steps.spent - usualStep(steps.recent) * steps.timed) : undefined
    if (name === 'steps') return isSteady ? usualStep(recent) + saving / timed : undefined
    if (name === 'untuned' || (name === 'validations' && recent.length < FEW))
      return checked[name].row() ?? (timed > 0 ? Math.min(...recent) : undefined)
    if (timed === 0) return undefined
    return name === 'validations' ? median(recent) : spent / timed
  }
  const rates = (): Rates | undefined => {
    const seen: Seen = { unitOf, plan, lengths: plan.lengths, opened: work.opening.spent + work.opening.pending }
    const basis: Basis | undefined = known ? undefined : roughBasis(seen)
    const estimated = known ? scaled(known, calibration(known, unitOf, work)) : basis && ratesFrom(basis, plan)
    if (!estimated) return undefined
    const all = partNames.map((name) => [name, unitOf(name) ?? estimated[name]])
    return Object.fromEntries(all) as Rates
  }

  return {
    hear: (event, at) => {
      const time = at - last
      last = at
      hears[event.event]?.(event as never, time)
    },
    keep: endTraining,
    at: (at) => outlookOf(work, rates(), phase, { plan, waited: (at - last) / 1000 }),
    rates,
  }
}

/** What is done already where the run goes on from a checkpoint. */
function beginning(plan: TrackedRun, from: Pick<Checkpoint, 'step' | 'finished'> | undefined): Record<PartName, Work> {
  const { settings, rows, until = Infinity } = plan
  const units = unitsOf(plan)
  const { step = 0, finished = false } = from ?? {}
  const isEvaluated = until >= settings.steps
  const validated = from
    ? (1 + (settings.validateEvery > 0 ? Math.floor(step / settings.validateEvery) : 0)) * rows.validation
    : 0
  const before: Partial<Record<PartName, number>> = {
    steps: step * promptsOf(rows),
    validations: validated,
    untuned: from ? units.untuned : 0,
  }
  const most: Partial<Record<PartName, number>> = { steps: Math.min(until, settings.steps) * promptsOf(rows) }
  const begin = (name: PartName): Work => {
    const all = phaseOf[name] === 'judge' && !isEvaluated ? 0 : (most[name] ?? units[name])
    const done = phaseOf[name] !== 'judge' && finished && name !== 'opening' ? all : Math.min(all, before[name] ?? 0)
    return { units: all, done, timed: 0, spent: 0, pending: 0, recent: [] }
  }
  return Object.fromEntries(partNames.map((name) => [name, begin(name)])) as Record<PartName, Work>
}

/** Milliseconds of a step that opens no session: of the first steps several do. */
function usualStep(times: readonly number[]): number {
  if (times.length > OPENING) return median(times)
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 4)] ?? 0
}

/** Ends a part without units of its own. */
function settle(part: Work): void {
  if (part.done >= part.units) return
  part.timed = part.units
  part.spent = part.pending
  part.pending = 0
  part.done = part.units
}

/** The batches of a check, of which the first also opens a session. */
function createBatches() {
  const times: number[] = []
  let before = 0
  return {
    take: (done: number, time: number): void => {
      if (done > before) times.push(time / (done - before))
      before = done
    },
    /** Milliseconds of a row; undefined where there was none. */
    row: (): number | undefined =>
      times.length === 0 ? undefined : times.length < FEW ? Math.min(...times) : median(times),
  }
}

const scaled = (rates: Rates, factor: number): Rates =>
  Object.fromEntries(partNames.map((name) => [name, rates[name] * factor])) as Rates

/** By how much this run is slower than what is known, over all that was measured; the opening depends on the disk. */
function calibration(
  known: Rates,
  unitOf: (name: PartName) => number | undefined,
  work: Readonly<Record<PartName, Work>>,
): number {
  let [measured, expected] = [0, 0]
  for (const name of partNames) {
    const unit = unitOf(name)
    if (unit === undefined || name === 'opening' || name === 'sessions') continue
    measured += unit * work[name].timed
    expected += known[name] * work[name].timed
  }
  return measured > 0 && expected > 0 ? Math.min(MOST, Math.max(1 / MOST, measured / expected)) : 1
}

/** `waited`: seconds since the last event, which the part under way has gone on. */
function outlookOf(
  work: Readonly<Record<PartName, Work>>,
  rates: Rates | undefined,
  phase: Phase,
  { plan, waited }: { readonly plan: Planned; readonly waited: number },
): Outlook {
  const all: Record<Phase, { done: number; left: number }> = {
    prepare: { done: 0, left: 0 },
    learn: { done: 0, left: 0 },
    judge: { done: 0, left: 0 },
  }
  if (!rates) return { phase, phases: all, left: undefined }
  const add = (to: Phase, done: number, left: number): void => {
    all[to].done += done / 1000
    all[to].left += left / 1000
  }
  for (const name of partNames) {
    const { units, done, pending } = work[name]
    const before = done * rates[name]
    const after = Math.max(0, (units - done) * rates[name] - pending)
    if (name !== 'texts') add(phaseOf[name], before, after)
    else {
      // What is validated is read before the first step, the rest between the first steps.
      const first = Math.min(
        units,
        (units * plan.rows.validation) / Math.max(1, plan.rows.train + plan.rows.validation),
      )
      const soon = phase === 'prepare' ? Math.max(0, first - done) * rates[name] : 0
      add('prepare', Math.min(done, first) * rates[name], soon)
      add('learn', Math.max(0, done - first) * rates[name], after - Math.min(after, soon))
    }
  }
  const left = phases.reduce((sum, each) => sum + all[each].left, 0)
  return { phase, phases: all satisfies Record<Phase, PhaseWork>, left: Math.max(0, left - waited) }
}
