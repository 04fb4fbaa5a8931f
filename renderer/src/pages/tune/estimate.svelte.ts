// The estimate of a planned run: cheap and by itself while nothing else runs, thorough where it is asked for.
import type { Input, Preflight } from '../../../../main/contract/service.ts'
import { running } from '../../client/running.svelte.ts'
import { studio } from '../../client/studio.ts'
import { createTask, type Task } from '../../client/task.svelte.ts'
import { t } from '../../strings/index.ts'

export interface Estimate {
  readonly task: Task
  /** The measurement of exactly this plan. */
  readonly measured: Preflight | undefined
  /** The run that the estimate waits for; undefined where it does not wait. */
  readonly waitsFor: string | undefined
  /** Measures every precision that is worth it. */
  measure(): Promise<void>
  cancel(): void
}

/** Milliseconds without a change before anything is measured. */
const PAUSE = 1500

/** Call it while a component is initialised. `isKnown`: whether the plan's time is known without measuring. */
export function estimateOf(
  planned: () => Input<'runs.preflight'> | undefined,
  isKnown: () => boolean,
  onmeasured: () => void,
): Estimate {
  const task = createTask(t.tune.loading)
  let measured = $state.raw<Preflight>()
  let isByItself = false
  /** Requests of which each is another object, but says the same. */
  const key = $derived(JSON.stringify(planned()))
  /** What was measured by itself, so that a failure is not repeated for ever. */
  let tried = ''
  const isWanted = $derived(planned() !== undefined && measured === undefined && !isKnown())

  async function measure(byItself: boolean): Promise<void> {
    const request = planned()
    if (!request || task.progress) return
    isByItself = byItself
    const begun = key
    // One precision takes seconds; to prepare and compare others takes minutes.
    const settings = byItself ? { precision: 'float32' as const, ...request.settings } : request.settings
    const found = await task.run((options) => studio.call('runs.preflight', { ...request, settings }, options))
    if (!found || key !== begun) return
    measured = found
    onmeasured()
  }
  const cancel = (): void => {
    if (task.progress && isByItself) task.cancel()
  }

  // A measurement is of one plan, so that another plan discards it.
  $effect(() => {
    void key
    measured = undefined
    return cancel
  })
  $effect(() => {
    if (!isWanted || running.run || tried === key) return
    const timer = setTimeout(() => {
      tried = key
      void measure(true)
    }, PAUSE)
    return () => clearTimeout(timer)
  })

  return {
    task,
    get measured() {
      return measured
    },
    get waitsFor() {
      return isWanted && !task.progress ? running.run?.name : undefined
    },
    measure: () => measure(false),
    cancel,
  }
}
