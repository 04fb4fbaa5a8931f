// The task that inspects a run's prompt, one per run: it goes on when the user leaves the page.
import { createTask, type Task } from '../../client/task.svelte.ts'
import { t } from '../../strings/index.ts'

const tasks = new Map<string, Task>()

export function inspectionTask(run: string): Task {
  const task = tasks.get(run) ?? createTask(t.inspection.begin)
  tasks.set(run, task)
  return task
}
