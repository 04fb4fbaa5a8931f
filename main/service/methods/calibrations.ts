// Methods calibrations.*: show and measure the calibration of a run's prompt, and set its threshold.
import type { CalibrationDetails } from '../../contract/calibration.ts'
import { studioError } from '../../contract/errors/index.ts'
import { isCrossValidated } from '../../contract/records.ts'
import type { Input, Outputs } from '../../contract/service.ts'
import type { CallContext, Methods, ServiceContext } from '../context.ts'
import { scoreSubjects } from '../prompts/score-subjects.ts'
import { tunedBy } from '../prompts/tuned.ts'
import { choosingRun } from '../runs/calibration.ts'
import { runMaterial } from '../runs/material.ts'

/** Errors: those of `choosingRun`, and why nothing is measured. */
async function details({ workers }: ServiceContext, run: string, { signal }: CallContext): Promise<CalibrationDetails> {
  const found = await workers.run('calibration', { run }, signal)
  if (!('missing' in found)) return found
  throw found.missing === 'evaluation' ? studioError('run/not-scored', run) : studioError('calibration/no-rows', run)
}

async function measure(
  context: ServiceContext,
  { run: name }: Input<'calibrations.measure'>,
  call: CallContext,
): Promise<Outputs['calibrations.measure']> {
  const { store, workers, changed } = context
  const run = await choosingRun(store, name)
  const { model, prompt } = await tunedBy(store, run)
  if (!isCrossValidated(run)) {
    const { labels, split } = await runMaterial(store, run)
    if (split.validation.length === 0) throw studioError('calibration/no-rows', run.name)
    const subject = { model: model.id, prompt, settings: prompt.settings }
    const [evaluation] = await scoreSubjects(context, call, { labels, examples: split.validation }, [subject])
    await store.transaction((tables) => tables.validationAnswers.put(run.id, evaluation?.rows ?? []))
    workers.forget()
  }
  const calibration = await workers.run('fitCalibration', { run: name }, call.signal)
  if (calibration) await store.prompts.setCalibration(run.id, calibration)
  changed('runs')
  return details(context, run.name, call)
}

async function limit(
  context: ServiceContext,
  input: Input<'calibrations.limit'>,
  call: CallContext,
): Promise<Outputs['calibrations.limit']> {
  const { store, workers, changed } = context
  const { run: name } = input
  const calibration = await workers.run('limitCalibration', input, call.signal)
  await store.prompts.setCalibration((await choosingRun(store, name)).id, calibration)
  changed('runs')
  return details(context, name, call)
}

export const calibrationMethods: Pick<Methods, `calibrations.${'show' | 'measure' | 'limit'}`> = {
  'calibrations.show': ({ workers }, { run }, { signal }) => workers.run('calibration', { run }, signal),
  'calibrations.measure': measure,
  'calibrations.limit': limit,
}
