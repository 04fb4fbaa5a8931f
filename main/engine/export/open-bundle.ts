// Reads a prompt file from an untrusted source: every length is bounded, and every byte checked before it is used.
import { createHash } from 'node:crypto'
import { strFromU8, unzipSync } from 'fflate'
import * as v from 'valibot'
import type { TunedPrompt } from '../../contract/compute.ts'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import { taskNames, type TuneSettings } from '../../contract/settings.ts'
import type { NamedTensors, Tensor } from '../../contract/tensor.ts'
import { named } from '../metrics/unnamed.ts'
import { parseSafetensors } from '../model/safetensors.ts'
import { defaultSettings } from '../train/defaults.ts'
import { type BundleManifest, bundleVersion, manifestSchema } from './bundle-manifest.ts'

export interface Bundle extends Pick<BundleManifest, 'name' | 'base' | 'figures' | 'answers'> {
  readonly prompt: TunedPrompt
}

/** Bytes of a file at most: a thousand virtual tokens of a large model. */
export const maxBundleBytes = 256 << 20
/** A file grows by this factor at most when it is unpacked: deflate cannot compress more. */
const maxRatio = 1100
const wanted: readonly string[] = ['manifest.json', 'prompt.safetensors']

/** `file`: the name in error messages. Errors: 'prompt/damaged', 'prompt/newer'. */
export function openBundle(bytes: Uint8Array, file: string): Bundle {
  try {
    const { 'manifest.json': manifest, 'prompt.safetensors': vectors } = unpacked(bytes)
    if (!manifest || !vectors) throw new Error('a part of it is missing')
    const parsed = withTerms(JSON.parse(strFromU8(manifest)))
    const version = v.safeParse(v.object({ softprompt: v.number() }), parsed)
    if (version.success && version.output.softprompt > bundleVersion) throw studioError('prompt/newer', file)
    const { softprompt, name, base, labels, settings, figures, answers, sha256 } = v.parse(manifestSchema, parsed)
    if (createHash('sha256').update(vectors).digest('hex') !== sha256) throw new Error('its numbers have changed')
    if (answers.some(({ probabilities }) => probabilities.length !== labels.length)) throw new Error('answers are cut')
    const prompt = {
      tensors: tensorsOf(vectors),
      settings: asTuned(softprompt, defaultSettings(settings, labels)),
      labels,
      modelHash: base.hash,
    }
    return { name, base, figures, answers, prompt }
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

function unpacked(bytes: Uint8Array): Partial<Record<string, Uint8Array>> {
  if (bytes.length > maxBundleBytes) throw new Error('it is too large')
  let total = 0
  return unzipSync(bytes, {
    filter: ({ name, size, originalSize }) => {
      if (!wanted.includes(name)) return false
      total += originalSize
      if (total > maxBundleBytes || originalSize > maxRatio * Math.max(1, size)) throw new Error('it is too large')
      return true
    },
  })
}

function tensorsOf(file: Uint8Array): NamedTensors {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const length = Number(view.getBigUint64(0, true))
  if (length > file.length - 8) throw new Error('its header is longer than the file')
  const refs = parseSafetensors(file.subarray(8, 8 + length), 'prompt.safetensors', file.length)
  return Object.fromEntries(
    Object.entries(refs).map(([name, { type, shape, offset, bytes }]): [string, Tensor] => {
      if (type !== 'F32') throw new Error('its numbers are not float32')
      const data = new Float32Array(file.slice(offset, offset + bytes).buffer)
      if (!data.every(Number.isFinite)) throw new Error('some of its numbers are none')
      return [name, { shape, data }]
    }),
  )
}
