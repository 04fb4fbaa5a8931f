// The draft of a run as the service takes it: only the choices that differ from the defaults.
import { type Effort, effortSettings } from '../../../../main/contract/efforts.ts'
import type { Input } from '../../../../main/contract/service.ts'
import type { GivenSettings, MethodName, TaskName, TuneSettings } from '../../../../main/contract/settings.ts'
import type { ColumnRoles } from '../data/with-role.ts'

/** The input of a plan without the settings: a model, and the columns of a version of a data set. */
export type DraftRows = Omit<Input<'runs.plan'>, 'settings'>

export interface Draft {
  /** Undefined if there is no data set or no model. */
  readonly rows: DraftRows | undefined
  readonly task: TaskName
  readonly effort: Effort
  /** Settings that were chosen one by one. */
  readonly given: GivenSettings
}

/** Leaves out the context column if there is none. */
export const columnsOf = ({ text, label, context }: ColumnRoles): Pick<DraftRows, 'text' | 'label' | 'context'> => ({
  text,
  label,
  ...(context === '' ? {} : { context }),
})

/** Leaves out classification: the settings are then the same as those of runs from before there were other tasks. */
export const taskSetting = (task: TaskName): Pick<GivenSettings, 'task'> => (task === 'classification' ? {} : { task })

/** The choices that decide which defaults the other settings have. */
export function decisiveSettings({ task, given }: Pick<Draft, 'task' | 'given'>): GivenSettings {
  const { method, placement, template, optimiser, memory, folds } = given
  const kind = template?.kind
  return {
    task,
    ...(method ? { method } : {}),
    ...(placement ? { placement } : {}),
    ...(optimiser ? { optimiser } : {}),
    ...(memory ? { memory } : {}),
    ...(folds === undefined ? {} : { folds }),
    ...(kind ? { template: { kind } } : {}),
  }
}

/** The settings that start the run; `defaults` belong to its decisive settings. Balanced effort is the default. */
export function chosenSettings({ task, effort, given }: Omit<Draft, 'rows'>, defaults: TuneSettings): GivenSettings {
  return {
    ...(effort === 'balanced' ? {} : effortSettings(effort, defaults)),
    ...given,
    // A repeated run states its task if the run before it did, so that their settings are the same.
    ...(given.task === undefined ? taskSetting(task) : { task }),
  }
}

/** Drops the template, loss and initialisation, because their defaults depend on the task. */
export function forAnotherTask(given: GivenSettings): GivenSettings {
  const { template: _, loss: __, init: ___, initText: ____, ...rest } = given
  return rest
}

/** Takes another method, and leaves the choice of its placement to its defaults. */
export function withMethod(given: GivenSettings, method: MethodName): GivenSettings {
  const { placement: _, ...rest } = given
  return { ...rest, method }
}

/** Sets the hand-written prompt; a blank text removes it. */
export function withHandWritten(given: GivenSettings, text: string): GivenSettings {
  const { handWritten: _, ...rest } = given
  return text.trim() === '' ? rest : { ...rest, handWritten: text }
}
