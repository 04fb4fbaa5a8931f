// The one click of a new user: the starter model, the sample, and a run on both; each only if it is missing.
import { starter } from '../../../../main/contract/starter.ts'
import type { StudioEvent } from '../../../../main/contract/service.ts'
import { studio } from '../../client/studio.ts'
import { go } from '../../router.svelte.ts'

export type FirstStep = 'model' | 'data' | 'run'

export interface StepProgress {
  readonly step: FirstStep
  readonly stage: string
  readonly done: number
  readonly total: number
}

let progress = $state.raw<StepProgress>()
let error = $state.raw<Error>()
let abort: AbortController | undefined

const follow =
  (step: FirstStep) =>
  (event: StudioEvent): void => {
    if (event.event === 'progress') progress = { step, stage: event.stage, done: event.done, total: event.total }
  }

async function getModel(signal: AbortSignal): Promise<string> {
  progress = { step: 'model', stage: '', done: 0, total: 0 }
  const known = (await studio.call('models.list', {})).find(({ name }) => name === starter.name)
  return (known ?? (await studio.call('models.starter', {}, { onEvent: follow('model'), signal }))).name
}

async function tuneSample(signal: AbortSignal): Promise<void> {
  const model = await getModel(signal)
  progress = { step: 'data', stage: '', done: 0, total: 0 }
  const { dataset, version } = await studio.call('data.sample', {}, { onEvent: follow('data'), signal })
  const { roles } = await studio.call('data.show', { dataset })
  progress = { step: 'run', stage: '', done: 0, total: 0 }
  const { text, label } = roles
  const run = await studio.call('runs.start', { model, dataset, version, text, label, settings: {} })
  go('tune', [run.name])
}

async function work(task: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  abort = new AbortController()
  error = undefined
  try {
    await task(abort.signal)
  } catch (reason) {
    if (!abort.signal.aborted) error = reason instanceof Error ? reason : new Error(String(reason))
  } finally {
    progress = undefined
  }
}

export const firstRun = {
  get progress(): StepProgress | undefined {
    return progress
  },
  get error(): Error | undefined {
    return error
  },
  tuneSample: (): Promise<void> => work(tuneSample),
  getModel: (): Promise<void> => work(getModel),
  cancel(): void {
    abort?.abort()
  },
}
