// Evaluates several prompts on the same rows, over one reading of each text where their placement allows it.
import type { ComputeEvent, Evaluation, ScoreSubject } from '../../contract/compute.ts'
import type { InferenceRunner } from './inference-runner.ts'
import { readTogether } from './read-together.ts'
import { evaluationByScores, scoreTask, type ScoreTask } from './score.ts'

export interface TogetherTask extends Pick<ScoreTask, 'model' | 'labels' | 'examples'> {
  readonly subjects: readonly ScoreSubject[]
}

/** Each subject's evaluation, in their order: the same as of each alone, but for the precision's own rounding. */
export async function scoreTogether(
  runner: InferenceRunner,
  { subjects, ...shared }: TogetherTask,
  emit: (event: ComputeEvent) => void,
): Promise<Evaluation[]> {
  const texts = shared.examples.map(({ text }) => text)
  const asked = subjects.map((subject) => ({ ...subject, labels: shared.labels, texts }))
  const scores = await readTogether(runner, shared.model, asked, emit)
  const evaluations: Evaluation[] = []
  for (const subject of asked) {
    const { prompt, settings } = subject
    const task = { ...shared, prompt, settings }
    const own = scores.get(subject)
    evaluations.push(own ? evaluationByScores(task, own) : await scoreTask(runner, task, emit))
  }
  return evaluations
}
