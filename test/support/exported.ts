// A prompt as an export takes it, of which nothing was measured.
import type { TunedPrompt } from '../../main/contract/compute.ts'
import type { PreparedModel } from '../../main/contract/model.ts'
import { renderingOf } from '../../main/engine/evaluate/rendering.ts'
import type { Exported } from '../../main/engine/export/format.ts'

export function exportedOf(model: PreparedModel, prompt: TunedPrompt): Exported {
  const { name, hash, config } = model
  const about = { name: 'x', model: { name, hash, family: config.family }, config }
  return { ...about, prompt, figures: [], answers: [], rendering: renderingOf(model, prompt) }
}
