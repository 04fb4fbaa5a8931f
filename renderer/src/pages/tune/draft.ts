// A run that is being put together, as the service takes it: what was chosen, and nothing that is the default anyway.
import { type Effort, effortSettings } from '../../../../main/contract/efforts.ts'
import type { Input } from '../../../../main/contract/service.ts'
import type { GivenSettings, TaskName, TuneSettings } from '../../../../main/contract/settings.ts'
import type { ColumnRoles } from '../data/with-role.ts'

/** All but the settings: a model, and the columns of a data set's version. */
export type DraftRows = Omit<Input<'runs.plan'>, 'settings'>

export interface Draft {
  /** Undefined where there is no data set or no model. */
  readonly rows: DraftRows | undefined
  readonly task: TaskName
  readonly effort: Effort
  /** Settings that were chosen one by one. */
  readonly given: GivenSettings
}

/** A context column is named only where there is one. */
export const columnsOf = ({ text, label, context }: ColumnRoles): Pick<DraftRows, 'text' | 'label' | 'context'> => ({
  text,
  label,
  ...(context === '' ? {} : { context }),
})

/** Classification is not named: such a run differs in no setting from one of before there were other tasks. */
export const taskSetting = (task: TaskName): Pick<GivenSettings, 'task'> => (task === 'classification' ? {} : { task })

/** The choices that decide which defaults the other settings have. */
export function decisiveSettings({ task, given }: Pick<Draft, 'task' | 'given'>): GivenSettings {
  const { method, placement, template } = given
  const kind = template?.kind
  return {
    task,
    ...(method ? { method } : {}),
    ...(placement ? { placement } : {}),
    ...(kind ? { template: { kind } } : {}),
  }
}

/** What the run is started with; `defaults` are those of its decisive settings. Balanced effort is the default. */
export function chosenSettings({ task, effort, given }: Omit<Draft, 'rows'>, defaults: TuneSettings): GivenSettings {
  return {
    ...(effort === 'balanced' ? {} : effortSettings(effort, defaults)),
    ...given,
    // A repeated run names its task where the run before it did.
    ...(given.task === undefined ? taskSetting(task) : { task }),
  }
}

/** Another task has another template, loss and initialisation. */
export function forAnotherTask(given: GivenSettings): GivenSettings {
  const { template: _, loss: __, init: ___, initText: ____, ...rest } = given
  return rest
}

/** None where the text is blank. */
export function withHandWritten(given: GivenSettings, text: string): GivenSettings {
  const { handWritten: _, ...rest } = given
  return text.trim() === '' ? rest : { ...rest, handWritten: text }
}
