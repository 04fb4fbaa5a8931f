// The table of tasks.
import type { TaskName, Template } from '../../contract/settings.ts'
import { answering } from './answering.ts'
import { classification } from './classification.ts'
import { generation } from './generation.ts'
import type { Task } from './task.ts'

const tasks: { readonly [K in TaskName]: Task } = { classification, generation, answering }

/** Runs of versions without other tasks store none: they are classifications. */
export const taskOf = ({ task = 'classification' }: { readonly task?: TaskName }): Task => tasks[task]

/** Whether answers are chosen among labels by their scores, and not generated. */
export const scoresLabels = ({ task = 'classification' }: { readonly task?: TaskName }): boolean =>
  task === 'classification'

/**
 * The chat template's message is the text alone, because the roles already separate question and answer. A model that
 * thinks by default would begin every answer with its thoughts, which labels are not scored on.
 */
const chat: Template = { kind: 'chat', body: '{text}', instruction: '', answerPrefix: '', thinking: false }

/** A complete template: the given fields, and for the rest the task's defaults for that kind of template. */
export const templateOf = ({ template }: Task, given: Partial<Template> = {}): Template => ({
  ...(given.kind === 'chat' ? chat : template),
  ...given,
})
