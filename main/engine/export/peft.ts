// The folder that Hugging Face's PEFT loads: configuration, tensors, a card, and what PEFT has no words for.
import { readFileSync } from 'node:fs'
import { studioError } from '../../contract/errors/index.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import { methodInText } from '../../contract/words/settings.ts'
import { methodOf } from '../method/index.ts'
import { baseName, card } from './card.ts'
import type { Exported, Files } from './format.ts'
import { kindOf } from './kind.ts'
import { json, meaningFile } from './meaning.ts'
import { peftAdapters } from './peft-adapters.ts'
import { safetensorsFile } from './safetensors.ts'

/** Errors: 'export/parts', 'export/tail'. */
export function peft(exported: Exported): Files {
  const { prompt, model } = exported
  const { settings, tensors } = prompt
  const kind = kindOf(settings)
  if (!kind || !peftTakes(settings))
    throw studioError('export/parts', 'PEFT', methodInText(settings.method), 'tail LoRA or prefix tuning')
  const adapter = peftAdapters[kind](methodOf(settings).fold(tensors, settings), exported)
  return {
    'adapter_config.json': json({ ...shared, base_model_name_or_path: baseName(model), ...adapter.config }),
    'adapter_model.safetensors': safetensorsFile(adapter.tensors),
    'softprompt.json': meaningFile(exported),
    'apply.py': readFileSync(new URL('apply.py', import.meta.url), 'utf8'),
    'README.md': card(exported, 'peft'),
  }
}

/** Whether PEFT has something that acts as the method's parts do; its IA3 acts on all tokens. */
export function peftTakes(settings: TuneSettings): boolean {
  const kind = kindOf(settings)
  return kind !== undefined && (kind !== 'factors' || settings.placement === 'start')
}

const shared = {
  task_type: 'CAUSAL_LM',
  inference_mode: true,
  modules_to_save: null,
  revision: null,
  auto_mapping: null,
  // The version whose files these are.
  peft_version: '0.21.0',
}
