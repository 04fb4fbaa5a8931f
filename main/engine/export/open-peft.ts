// Reads a folder of Hugging Face's PEFT from an untrusted source: every length is bounded, every number checked.
import { strFromU8 } from 'fflate'
import * as v from 'valibot'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import type { GivenSettings } from '../../contract/settings.ts'
import { methodOf } from '../method/index.ts'
import { defaultSettings } from '../train/defaults.ts'
import { fromPeft, type FromPeft } from './from-peft.ts'
import { type Meaning, meaningSchema } from './meaning.ts'
import { readPeftConfig } from './peft-config.ts'
import type { PromptFile, PromptFiles } from './prompt-file.ts'
import { readTensors } from './read-tensors.ts'

/** More than any configuration, or all of a tokenizer's special tokens, take. */
const maxJson = 16 << 20

/**
 * `name`: of the folder. Where it has no softprompt.json, the prompt gets the plain template, and chooses among `labels` or,
 * where there are none, writes freely. Errors: 'prompt/…'.
 */
export function openPeft(files: PromptFiles, name: string, labels: readonly string[]): PromptFile {
  try {
    const { 'adapter_config.json': configFile, 'adapter_model.safetensors': vectors } = files
    if (!configFile) throw studioError('prompt/no-config', name)
    if (!vectors) throw studioError('prompt/no-tensors', name)
    const config = readPeftConfig(jsonOf(configFile), Object.keys(fromPeft), name)
    const tensors = readTensors(vectors, ['F32', 'F16', 'BF16'])
    const read = fromPeft[config.peft_type]?.({ file: name, config, tensors })
    if (!read) throw studioError('prompt/adapter-kind', name, config.peft_type)
    const own = files['softprompt.json']
    const meaning = own && v.parse(meaningSchema, jsonOf(own))
    if (read.invocation && !meaning) throw studioError('prompt/bare-tail', name)
    return promptFile(name, config.base_model_name_or_path ?? '', read, meaning, labels)
  } catch (error) {
    if (error instanceof StudioError && error.code.startsWith('prompt/')) throw error
    throw studioError('prompt/damaged', name)
  }
}

function jsonOf(file: Uint8Array): unknown {
  if (file.length > maxJson) throw new Error('it is too large')
  return JSON.parse(strFromU8(file).replace(/^\uFEFF/, ''))
}

function promptFile(
  name: string,
  base: string,
  read: FromPeft,
  meaning: Meaning | undefined,
  given: readonly string[],
): PromptFile {
  const labels = meaning?.labels ?? [...new Set(given)]
  const settings = defaultSettings(settingsOf(read, meaning, labels), labels)
  const answers = meaning?.known_answers ?? []
  if (answers.some(({ probabilities }) => probabilities.length !== labels.length)) throw new Error('answers are cut')
  if (!methodOf(settings).placements.includes(settings.placement)) throw new Error('it cannot stand there')
  const { invocation } = read
  if (invocation && invocation.length !== settings.tail) throw new Error('its tail is of another length')
  return {
    name,
    base: meaning ? { name: meaning.base_model, hash: meaning.base_model_sha256 } : { name: base },
    ...{ figures: [], answers },
    promptFor(config) {
      const tensors = read.tensorsFor(config)
      return (
        tensors && { tensors, settings, labels, ...(meaning?.calibration ? { calibration: meaning.calibration } : {}) }
      )
    },
    ...(invocation ? { invocation } : {}),
  }
}

function settingsOf(
  { method, settings, placement }: FromPeft,
  meaning: Meaning | undefined,
  labels: readonly string[],
): GivenSettings {
  const chosen = { task: meaning?.task ?? (labels.length > 0 ? ('classification' as const) : ('generation' as const)) }
  if (!meaning) return { ...chosen, method, ...settings, placement: placement ?? 'start' }
  const { tail, template, max_tokens, answers } = meaning
  return {
    ...{ ...chosen, method, ...settings, placement: placement ?? meaning.placement, tail, template },
    ...(max_tokens === undefined ? {} : { maxTokens: max_tokens }),
    ...(answers ? { answers } : {}),
  }
}
