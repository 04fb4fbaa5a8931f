// What a run of each method will take, from a few real steps of it.
import type { Input } from '../../../../../main/contract/service.ts'
import { methodWords } from '../../../../../main/contract/words/settings.ts'
import { studio } from '../../../client/studio.ts'
import { createTask, type Task } from '../../../client/task.svelte.ts'
import { t } from '../../../strings/index.ts'
import type { Estimate } from './total-time.ts'

export interface Estimates {
  readonly task: Task
  /** Undefined where it was not measured for what is chosen now. */
  of(method: string): Estimate | undefined
  /** Measures those that are not known yet, one after the other. */
  measure(methods: readonly string[]): Promise<void>
}

/** Call it while a component is initialised. `common`: what all runs share; another choice of it forgets what was measured. */
export function createEstimates(common: () => Input<'runs.preflight'> | undefined): Estimates {
  let known = $state.raw<Readonly<Partial<Record<string, Estimate>>>>({})
  const task = createTask(t.methods.estimating)
  const key = $derived(JSON.stringify(common()))
  $effect(() => {
    void key
    known = {}
  })

  return {
    task,
    of: (method) => known[method],
    async measure(methods) {
      const shared = common()
      if (!shared) return
      const missing = methods.filter((method) => known[method] === undefined)
      const begun = key
      await task.run(async ({ signal }, report) => {
        // All runs of a sweep have one precision, so no other one is tried.
        const { precision } = (await studio.call('runs.plan', shared, { signal })).settings
        for (const [done, method] of missing.entries()) {
          const onEvent = (event: { readonly event: string; readonly stage?: string }): void => {
            if (event.event !== 'progress') return
            report({
              stage: t.methods.measuring(methodWords(method).name, event.stage ?? ''),
              done,
              total: missing.length,
            })
          }
          const settings = { ...shared.settings, method, ...(precision === undefined ? {} : { precision }) }
          const { seconds, fits } = await studio.call('runs.preflight', { ...shared, settings }, { onEvent, signal })
          if (key === begun) known = { ...known, [method]: { seconds, fits } }
        }
      })
    },
  }
}
