// The training loop: steps, gradient alarms, validation, the best prompt, checkpoints. It treats tensors by name only.
import { setImmediate } from 'node:timers/promises'
import type { Checkpoint, ComputeEvent } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import type { NamedTensors } from '../../contract/tensor.ts'
import { clipFactor, gradientNorms } from './optimiser.ts'
import { learningRateAt } from './schedule.ts'
import type { Progress, TrainingState } from './training-state.ts'
import type { Gradient } from './training-step.ts'
import type { Validation } from './validate.ts'
import { type LossWatch, watchGradient, watchLoss } from './watch.ts'

/** Takes a run's results, and answers the loop's questions between steps. */
export interface TuneSink {
  emit(event: ComputeEvent): void
  /** Resolves when the checkpoint is safe. */
  checkpoint(checkpoint: Checkpoint): Promise<void>
  stopRequested(): boolean
  /** True when training is to end now, with the best prompt so far as the run's result. */
  keepRequested(): boolean
  /** Receives each step's gradient before it is clipped, by the name of each trainable tensor. */
  gradient?(gradients: Gradient['gradients']): void
}

export interface LoopOptions {
  readonly settings: TuneSettings
  /** Names of the tensors whose first dim is the virtual token. */
  readonly byToken: ReadonlySet<string>
  /** Factors of the learning rate by the tensor's name. */
  readonly rates?: ReadonlyMap<string, number>
  /** Step after which the loop pauses. */
  readonly until?: number | undefined
  /** Prepares step number `step` (from 1), outside its measured time. */
  prepare?(step: number): Promise<void>
  /** Loss and gradient of step number `step` (from 1), and its number of examples. */
  gradient(step: number, tensors: NamedTensors): Promise<Gradient & { readonly examples: number }>
  /** The validation after step number `step`. */
  validate(tensors: NamedTensors, step: number): Promise<Validation>
  /** After the validation of `step`: whether what is trained beside has had its patience too; it has where absent. */
  settled?(step: number): boolean
}

export interface LoopResult {
  readonly checkpoint: Checkpoint
  /** Why training ended before its last step. */
  readonly reason?: string
}

/** Trains `state` from where it is to the end, or to a requested stop; the result is then not `finished`. */
export async function trainLoop(
  start: Progress,
  state: TrainingState,
  parts: LoopOptions,
  sink: TuneSink,
): Promise<LoopResult> {
  const { settings, until = Infinity } = parts
  const run = { ...parts, state, sink, watch: watchGradient(), explosion: watchLoss() }
  const save = (progress: Progress): Promise<Checkpoint> => state.save(progress, (found) => sink.checkpoint(found))
  let at = start.best === undefined ? await validated(start, run) : start
  let saved = performance.now()
  const end = async (reason?: string, isNumber = true): Promise<LoopResult> => {
    const diverged = !isNumber || run.explosion.hasExploded(at.best?.loss)
    const checkpoint = await save({ ...at, finished: true, ...(diverged ? { diverged: true as const } : {}) })
    return { checkpoint, ...(reason ? { reason } : {}) }
  }
  while (at.step < settings.steps) {
    // Lets a stop request arrive, since a step cannot be interrupted.
    await setImmediate()
    if (sink.stopRequested() || at.step >= until) return { checkpoint: await save(at), reason: 'stopped on request' }
    if (sink.keepRequested()) return end(`ended on request at step ${at.step}; the best prompt up to there is kept`)
    const next = await oneStep(at, run)
    if (next === undefined) return end(studioError('tuning/not-finite', at.step + 1).message, false)
    at = dueForValidation(next.step, settings) ? await validated(next, run) : next
    if (settings.patience > 0 && at.stale >= settings.patience && parts.settled?.(at.step) !== false)
      return end(`no better validation loss in ${settings.patience} validations`)
    if (at.step < settings.steps && state.isDue(at.step, performance.now() - saved)) {
      await save(at)
      saved = performance.now()
    }
  }
  return end()
}

interface LoopRun extends LoopOptions {
  readonly state: TrainingState
  readonly sink: TuneSink
  readonly watch: ReturnType<typeof watchGradient>
  readonly explosion: LossWatch
}

/** The progress after one step; undefined, without an update, where loss or gradient are not finite. */
async function oneStep(at: Progress, run: LoopRun): Promise<Progress | undefined> {
  const { settings, state, sink } = run
  const step = at.step + 1
  await run.prepare?.(step)
  const began = performance.now()
  const { loss, gradients, examples } = await run.gradient(step, state.tensors)
  sink.gradient?.(gradients)
  const { all: gradientNorm, byToken } = gradientNorms(gradients, run.byToken, settings.tokens)
  if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
    const { code, message } = studioError('tuning/not-finite', step)
    sink.emit({ event: 'warning', code, message, step })
    return undefined
  }
  const learningRate = learningRateAt(step, settings)
  state.update(gradients, step, {
    learningRate,
    weightDecay: settings.weightDecay,
    scale: clipFactor(gradientNorm, settings.clip),
    ...(run.rates ? { rates: run.rates } : {}),
  })
  const milliseconds = performance.now() - began
  sink.emit({
    event: 'step',
    metrics: { step, loss, learningRate, gradientNorm, tokenNorms: byToken, examples, milliseconds },
  })
  run.explosion.push(loss)
  const alarm = run.watch(gradientNorm)
  if (alarm) sink.emit({ event: 'warning', ...alarm, step })
  return { ...at, step }
}

const dueForValidation = (step: number, { validateEvery, steps }: TuneSettings): boolean =>
  step === steps || (validateEvery > 0 && step % validateEvery === 0)

async function validated(at: Progress, run: LoopRun): Promise<Progress> {
  const { state, sink } = run
  const { loss, ...measured } = await run.validate(state.tensors, at.step)
  const better = at.best === undefined || loss < at.best.loss
  if (better) await state.keepBest(at.step)
  // No later loss compares below NaN, so that the first prompt would stay the best.
  const comparable = Number.isNaN(loss) ? Infinity : loss
  sink.emit({ event: 'validation', step: at.step, loss, best: better, ...measured })
  return better ? { ...at, best: { step: at.step, loss: comparable }, stale: 0 } : { ...at, stale: at.stale + 1 }
}
