// The service's plan for a draft: its rows and labels, and the defaults of all settings that were not chosen.
import { effortSettings } from '../../../../main/contract/efforts.ts'
import type { Input, Outputs } from '../../../../main/contract/service.ts'
import type { TuneSettings } from '../../../../main/contract/settings.ts'
import { type Resource, resource } from '../../client/resource.svelte.ts'
import { studio } from '../../client/studio.ts'
import { chosenSettings, decisiveSettings, type Draft } from './draft.ts'

export interface Plan {
  /** Undefined if there is nothing to plan yet. */
  readonly answer: Resource<Outputs['runs.plan'] | undefined>
  /** The defaults of the settings, with those of the effort. */
  readonly defaults: TuneSettings | undefined
  /** The input that would start the run. */
  readonly run: Input<'runs.plan'> | undefined
  /** The same with every setting, so that a row is shown with as many virtual tokens as it will have. */
  readonly whole: Input<'runs.plan'> | undefined
}

/** Call it while a component is initialised; it plans again whenever the draft changes. */
export function planOf(draft: () => Draft): Plan {
  const answer = resource(async () => {
    const { rows, ...chosen } = draft()
    return rows && studio.call('runs.plan', { ...rows, settings: decisiveSettings(chosen) })
  })
  const usual = $derived(answer.value?.settings)
  const defaults = $derived(usual && { ...usual, ...effortSettings(draft().effort, usual) })
  const run = $derived.by(() => {
    const { rows, ...chosen } = draft()
    return rows && usual && { ...rows, settings: chosenSettings(chosen, usual) }
  })
  const whole = $derived(run && defaults && { ...run, settings: { ...defaults, ...run.settings } })

  return {
    answer,
    get defaults() {
      return defaults
    },
    get run() {
      return run
    },
    get whole() {
      return whole
    },
  }
}
