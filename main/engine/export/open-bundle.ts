// Reads the studio's own prompt file from an untrusted source: every byte is checked before it is used.
import { createHash } from 'node:crypto'
import { strFromU8 } from 'fflate'
import * as v from 'valibot'
import type { DecoderConfig } from '../../contract/model.ts'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import { taskNames, type TuneSettings } from '../../contract/settings.ts'
import type { NamedTensors } from '../../contract/tensor.ts'
import { methodOf } from '../method/index.ts'
import { named } from '../metrics/unnamed.ts'
import { defaultSettings } from '../train/defaults.ts'
import { bundleVersion, manifestSchema } from './bundle-manifest.ts'
import type { PromptFile, PromptFiles } from './prompt-file.ts'
import { readTensors } from './read-tensors.ts'

/** The parts of the archive that are read. */
export const bundleFiles: readonly string[] = ['manifest.json', 'prompt.safetensors']

/** `file`: the name in error messages. Errors: 'prompt/damaged', 'prompt/newer'. */
export function openBundle(files: PromptFiles, file: string): PromptFile {
  try {
    const { 'manifest.json': manifest, 'prompt.safetensors': vectors } = files
    if (!manifest || !vectors) throw new Error('a part of it is missing')
    const parsed = withTerms(JSON.parse(strFromU8(manifest)))
    const version = v.safeParse(v.object({ softprompt: v.number() }), parsed)
    if (version.success && version.output.softprompt > bundleVersion) throw studioError('prompt/newer', file)
    const { softprompt, name, base, labels, settings, answers, sha256, calibration, ...rest } = v.parse(
      manifestSchema,
      parsed,
    )
    if (createHash('sha256').update(vectors).digest('hex') !== sha256) throw new Error('its numbers have changed')
    if (answers.some(({ probabilities }) => probabilities.length !== labels.length)) throw new Error('answers are cut')
    const prompt = {
      tensors: readTensors(vectors),
      settings: asTuned(softprompt, defaultSettings(settings, labels)),
      labels,
      ...(calibration ? { calibration } : {}),
    }
    const figures = [...rest.figures, ...(rest.baselines ?? [])]
    return { name, base, figures, answers, promptFor: (config) => (fits(prompt, config) ? prompt : undefined) }
  } catch (error) {
    if (error instanceof StudioError && error.code === 'prompt/newer') throw error
    throw studioError('prompt/damaged', file)
  }
}

/** The manifest with today's names: earlier versions wrote `written` for what is hand-written, and gave metrics none. */
function withTerms(manifest: unknown): unknown {
  const parsed = v.safeParse(earlier, manifest)
  if (!parsed.success) return manifest
  const { settings, figures, ...rest } = parsed.output
  const { written, ...others } = settings
  const { task } = settings
  return {
    ...rest,
    settings: written === undefined ? others : { handWritten: written, ...others },
    figures: figures.map(({ written, accuracy, macroF1, ...own }) => ({
      ...own,
      ...(accuracy === undefined ? {} : named(task, accuracy, macroF1 ?? 0)),
      ...(own['subject'] === 'written prompt' ? { subject: 'hand-written prompt' } : {}),
      ...(written === undefined ? {} : { handWritten: written }),
    })),
  }
}

const earlier = v.looseObject({
  settings: v.looseObject({ written: v.optional(v.unknown()), task: v.optional(v.picklist(taskNames)) }),
  figures: v.array(
    v.looseObject({
      written: v.optional(v.unknown()),
      accuracy: v.optional(v.number()),
      macroF1: v.optional(v.number()),
    }),
  ),
})

/** Chat templates of versions before 3 were rendered without a word on thinking. */
function asTuned(version: number, settings: TuneSettings): TuneSettings {
  if (version >= 3) return settings
  const { thinking: _, ...template } = settings.template
  return { ...settings, template }
}

/** Every tensor that the method has, in its shape, and no other. */
function fits(
  { tensors, settings }: { readonly tensors: NamedTensors; readonly settings: TuneSettings },
  config: DecoderConfig,
): boolean {
  const specs = methodOf(settings).tensors(config, settings)
  const same = specs.every(({ name, shape }) => String(tensors[name]?.shape) === String(shape))
  return same && Object.keys(tensors).length === specs.length
}
