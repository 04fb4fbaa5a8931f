// A pre-flight: takes a few real steps in each precision and on each kind of hardware that is worth it, and chooses the fastest.
import type { MeasuredSteps } from '../../contract/compute.ts'
import { StudioError } from '../../contract/errors/index.ts'
import type { PrecisionName } from '../../contract/model.ts'
import type { ModelRecord } from '../../contract/records.ts'
import type { Input, Preflight, PreflightTrial } from '../../contract/service.ts'
import { methodOf } from '../../engine/method/index.ts'
import { precisionsOf } from '../../engine/method/method.ts'
import { preparedPrecisions } from '../../engine/model/prepare.ts'
import { availableMemory } from '../../engine/runtime/machine-memory.ts'
import { refuseWithoutRoom } from '../../engine/train/tuned-model.ts'
import { serveForEvent } from '../compute/serving.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { loadSplit } from '../data/examples.ts'
import { liesIn } from '../home/disk.ts'
import { cachedTextsFolder } from '../home/home.ts'
import { knownProviders } from '../studio/hardware.ts'
import { type Attempt, becauseOf, type Choices, chooseTrial, cosine, nextToTry } from './choose-precision.ts'
import { type Forecast, forecast } from './forecast.ts'
import { keepChoice } from './known-choices.ts'
import { keepRates } from './known-rates.ts'
import { sealedModel } from './material.ts'
import { ratesFrom } from './parts.ts'
import { planRun } from './plan.ts'
import { tensorsOf } from './start.ts'

interface Measured {
  readonly trial: PreflightTrial
  readonly steps: MeasuredSteps
  readonly forecast: Forecast
}

/**
 * The choice is the fastest that fits and agrees; it is remembered for the next runs of the same kind. Errors: those of
 * `planRun`, of `refuseWithoutRoom` and of the first trial.
 */
export async function preflight(
  context: ServiceContext,
  input: Input<'runs.preflight'>,
  call: CallContext,
): Promise<Preflight> {
  const { model, split: rows, plan, start } = await planRun(context, input, call)
  const { settings, labels, needs } = plan
  if (needs) refuseWithoutRoom(needs, context.home.folder)
  const precisions = precisionsOf(methodOf(settings))
  const wanted = precisions.length === 1 ? settings.precision : input.settings.precision
  const { dataset, version, text, label, context: about = '' } = input
  const { task = 'classification' } = settings
  const split = await loadSplit(context.store, { dataset, version, text, label, context: about, task }, rows)
  const sealed = await sealedModel(context.store, model.id)
  const texts = cachedTextsFolder(context.home, input.dataset)
  const job = {
    ...{ kind: 'preflight' as const, model: sealed, labels, split, threads: context.threads, texts },
    ...(start ? { start: await tensorsOf(context.store, start) } : {}),
  }
  const available = availableMemory()
  // Listing the hardware takes a process, which starts beside the one that opens the model.
  const known = knownProviders(context)
  const all: Measured[] = []
  const measure = async ({ precision, provider }: Attempt): Promise<void> => {
    const attempted = { ...job, provider, settings: { ...settings, precision } }
    const { measured: steps } = await serveForEvent(context, call, attempted, 'preflight')
    const { title } = (await known).find(({ name }) => name === provider) ?? { title: provider }
    const predicted = forecast(plan, steps, available)
    await keepRates(context.home, model.hash, attempted.settings, ratesFrom(steps, plan))
    const agreement = all[0] && cosine(all[0].steps.gradient, steps.gradient)
    const { seconds, memory, fits } = predicted
    const trial = { precision, hardware: { name: provider, title }, seconds, memory, fits, agreement }
    all.push({ trial, steps, forecast: predicted })
  }
  const ready = readyPrecisions(context, model)
  await measure({ precision: wanted ?? ready[0] ?? 'float32', provider: 'cpu' })
  const trials = (): PreflightTrial[] => all.map(({ trial }) => trial)
  // Where the input names a precision, only that one is measured.
  const accelerators = (await known).flatMap(({ name, offered }) => (offered && name !== 'cpu' ? [name] : []))
  const refused = wanted === undefined ? await measureOthers(measure, trials, { ready, accelerators }, call) : []
  const chosen = chooseTrial(trials())
  const { forecast: predicted } = all.find(({ trial }) => trial === chosen) ?? (all[0] as Measured)
  const choice = { precision: chosen.precision, because: becauseOf(trials(), chosen) }
  if (wanted === undefined) await keepChoice(context.home, model.hash, settings, choice)
  const { because } = choice
  return {
    plan,
    trials: trials(),
    refused,
    chosen: choice.precision,
    hardware: chosen.hardware.name,
    because,
    ...predicted,
  }
}

/** Measures what else is worth a trial; gives why hardware was refused. What fails is not tried again. */
async function measureOthers(
  measure: (attempt: Attempt) => Promise<void>,
  trials: () => readonly PreflightTrial[],
  choices: Omit<Choices, 'failed'>,
  { signal }: CallContext,
): Promise<string[]> {
  const failed: Attempt[] = []
  const refused: string[] = []
  for (let next; (next = nextToTry(trials(), { ...choices, failed })) !== undefined;) {
    const attempt = next
    await measure(attempt).catch((error: unknown) => {
      if (signal.aborted) throw error
      failed.push(attempt)
      if (error instanceof StudioError && error.code === 'compute/refused') refused.push(error.message)
    })
  }
  return refused
}

/** Precisions that need no preparing, float32 first. */
function readyPrecisions({ home }: ServiceContext, { folder, weightsHash }: ModelRecord): PrecisionName[] {
  const copies = preparedPrecisions(home.cache, weightsHash)
  // A model outside the cache is read in place, which is possible in float32 only.
  const inPlace = !liesIn(home.cache, folder) && !copies.includes('float32')
  return inPlace ? ['float32', ...copies] : copies
}
