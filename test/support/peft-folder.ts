// Folders of PEFT in memory, as the studio exports them, and with other contents.
import { strToU8 } from 'fflate'
import type { NamedTensors } from '../../main/contract/tensor.ts'
import type { GivenSettings } from '../../main/contract/settings.ts'
import { peft } from '../../main/engine/export/peft.ts'
import type { PromptFiles } from '../../main/engine/export/prompt-file.ts'
import { readTensors } from '../../main/engine/export/read-tensors.ts'
import { safetensorsFile } from '../../main/engine/export/safetensors.ts'
import { defaultSettings } from '../../main/engine/train/defaults.ts'
import { exportedOf } from './exported.ts'
import { randomPrompt } from './random-prompt.ts'
import { tinyModel } from './tiny.ts'

export const labels = ['billing', 'delivery']

/** A tuned prompt of the tiny Llama, and its folder. */
export async function peftFolder(own: GivenSettings) {
  const model = await tinyModel('llama')
  const settings = defaultSettings({ tokens: 3, ...own }, labels)
  const prompt = await randomPrompt(model, settings, labels, 1)
  const exported = { ...exportedOf(model, prompt), answers: [{ text: 'Hello', probabilities: [0.25, 0.75] }] }
  const files = peft(exported)
  const bytes = Object.entries(files).map(([name, content]) => [
    name,
    typeof content === 'string' ? strToU8(content) : content,
  ])
  return { model, prompt, files: Object.fromEntries(bytes) as PromptFiles }
}

export const jsonOf = (files: PromptFiles, name: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(files[name] ?? []).toString()) as Record<string, unknown>

/** The same folder with other values in its configuration, and without softprompt.json: as another program makes it. */
export function foreign(
  files: PromptFiles,
  config: object = {},
  tensors: (own: NamedTensors) => NamedTensors = (own) => own,
): PromptFiles {
  const { 'softprompt.json': _, ...others } = files
  return {
    ...others,
    'adapter_config.json': strToU8(JSON.stringify({ ...jsonOf(files, 'adapter_config.json'), ...config })),
    'adapter_model.safetensors': safetensorsFile(
      tensors(readTensors(files['adapter_model.safetensors'] as Uint8Array)),
    ),
  }
}
