// The generate job: streams the model's continuation of a row.
import type { ComputeEvent, Job } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import { layOut } from '../method/layout.ts'
import { decodeAlone } from './decode.ts'
import { createEncoder } from './encode.ts'
import type { InferenceRunner } from './inference-runner.ts'
import { placedPrompt } from './score.ts'
import { reportTruncatedRows } from './truncated-rows.ts'
import { write } from './write.ts'

type GenerateJob = Extract<Job, { kind: 'generate' }>

/**
 * Emits `token` events while it generates, and returns the whole text. Ends at an end token, a stop string, the limit, or
 * with a warning where the model's context is full.
 */
export async function generate(
  runner: InferenceRunner,
  { model, prompt, settings, sampling, text }: Omit<GenerateJob, 'kind' | 'threads'>,
  sink: { emit(event: ComputeEvent): void; stopRequested(): boolean },
): Promise<string> {
  // A generated answer reads the row as its evaluation does, cut at the same token.
  const encoder = createEncoder(model, settings, [], settings.answers?.tokens)
  reportTruncatedRows([{ row: 0, text, label: '' }], encoder, (event) => sink.emit(event))
  const placed = prompt && placedPrompt(model, prompt)
  const sequence = layOut(encoder.row(text), [], placed?.settings)
  const { context } = model.config
  let all = ''
  const { end } = await write(
    { start: decodeAlone(runner, model.config), tokenizer: encoder.tokenizer, sequence, placed, sampling, context },
    {
      show: (piece) => {
        if (piece === '') return
        all += piece
        sink.emit({ event: 'token', text: piece })
      },
      stopRequested: () => sink.stopRequested(),
    },
  )
  if (end === 'context') {
    const { code, message } = studioError('tuning/context-full', context)
    sink.emit({ event: 'warning', code, message, step: 0 })
  }
  return all
}
