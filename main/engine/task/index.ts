// Every kind of task by its name.
import type { TaskName, Template } from '../../contract/settings.ts'
import { answering } from './answering.ts'
import { classification } from './classification.ts'
import { generation } from './generation.ts'
import type { Task } from './task.ts'

const tasks: { readonly [K in TaskName]: Task } = { classification, generation, answering }

/** Runs of before there were others are classifications. */
export const taskOf = ({ task = 'classification' }: { readonly task?: TaskName }): Task => tasks[task]

/** Whether answers are scored among labels, not written. */
export const isChosen = ({ task = 'classification' }: { readonly task?: TaskName }): boolean =>
  task === 'classification'

/** In a chat the message is the text alone: its roles say already what is asked and what is answered. */
const chat: Template = { kind: 'chat', body: '{text}', instruction: '', answerPrefix: '' }

/** A whole template: the given parts, and for the rest the task's own of that kind. */
export const templateOf = ({ template }: Task, given: Partial<Template> = {}): Template => ({
  ...(given.kind === 'chat' ? chat : template),
  ...given,
})
