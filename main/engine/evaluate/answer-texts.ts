// Answers texts whose answers nobody knows, with one or several tuned prompts over one reading of each text.
import type { ComputeEvent, ScoredAnswer, TextToAnswer, TunedPrompt } from '../../contract/compute.ts'
import type { PreparedModel } from '../../contract/model.ts'
import { tempered } from '../calibrate/scores.ts'
import { taskOf } from '../task/index.ts'
import { encoderFor } from './encode.ts'
import type { InferenceRunner } from './inference-runner.ts'
import { type LabelSubject, readTogether } from './read-together.ts'
import { answersTo, chosenLabels, type ScoreTask } from './score.ts'

export interface TextsTask {
  readonly model: PreparedModel
  readonly prompts: readonly TunedPrompt[]
  readonly texts: readonly TextToAnswer[]
}

/** [prompts][texts]: the answer of each prompt to each text. Errors: 'tuning/no-room', 'tuning/other-model'. */
export async function answerTexts(
  runner: InferenceRunner,
  { model, prompts, texts }: TextsTask,
  emit: (event: ComputeEvent) => void,
): Promise<ScoredAnswer[][]> {
  const subjects = prompts.map((prompt): LabelSubject & { readonly prompt: TunedPrompt } => {
    const { settings, labels } = prompt
    const { textOf } = taskOf(settings)
    return { prompt, settings, labels, texts: texts.map(({ text, context }) => textOf(text, context)) }
  })
  const scores = await readTogether(runner, model, subjects, emit)
  const answers: ScoredAnswer[][] = []
  for (const subject of subjects) {
    const { settings, labels, prompt } = subject
    const { fit } = encoderFor(model, settings, labels)
    const examples = subject.texts.map((text, row) => ({ row, text, label: '' }))
    const task: ScoreTask = { model, settings, labels, examples, prompt }
    const own = scores.get(subject)
    const tokens = examples.map((): number[] => [])
    const onToken = (place: number, logProbability: number): void => void tokens[place]?.push(logProbability)
    const { temperature = 1 } = prompt.calibration ?? {}
    const found = own ? chosenLabels(task, own) : await answersTo(runner, task, () => undefined, onToken)
    answers.push(
      found.map((each, i) => {
        const logProbabilities = tempered(each.logProbabilities, temperature)
        return {
          answer: each.predicted,
          confidence: Math.exp(logProbabilities.length > 0 ? Math.max(...logProbabilities) : mean(tokens[i] ?? [])),
          cut: fit(subject.texts[i] ?? '').truncated,
          logProbabilities,
        }
      }),
    )
  }
  return answers
}

/** 0 for a generated answer without tokens, which ends before it begins. */
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
