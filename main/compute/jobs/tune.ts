// Job: tune a prompt.
import { tune as tunePrompt } from '../../engine/train/tune.ts'
import type { Handlers } from '../serve.ts'

export const tune: Handlers['tune'] = (job, sink) => tunePrompt(job, sink)
