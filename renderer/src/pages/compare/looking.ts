// Looking at a run's virtual tokens: it goes on while its page is left, and is found under way on return.
import { createTask, type Task } from '../../client/task.svelte.ts'
import { t } from '../../strings/index.ts'

const tasks = new Map<string, Task>()

export function lookingAt(run: string): Task {
  const task = tasks.get(run) ?? createTask(t.inspection.begin)
  tasks.set(run, task)
  return task
}
