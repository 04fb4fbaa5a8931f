// Job: answer texts with some tuned prompts.
import { answerTexts } from '../../engine/evaluate/answer-texts.ts'
import { lendRunner } from '../lent-runner.ts'
import type { Handlers } from '../serve.ts'

export const label: Handlers['label'] = async ({ model, prompts, texts, threads }, sink) => {
  const runner = await lendRunner(model, threads)
  const emit: typeof sink.emit = (event) => {
    sink.emit(event)
  }
  sink.emit({ event: 'answers', answers: await answerTexts(runner, { model, prompts, texts }, emit) })
  return { outcome: 'finished' }
}
