// Job: tune a prompt.
import { tune as tunePrompt } from '../../engine/train/tune.ts'
import type { Handlers } from '../serve.ts'

export const tune: Handlers['tune'] = async (job, sink) => {
  const { untuned, prompt, ...outcome } = await tunePrompt(job, sink)
  return untuned ? outcome : { ...outcome, prompt }
}
