// The result of a run that trains a whole model: refused where the computer has no room for it, and written as a folder of
// its own when it has ended.
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Checkpoint, Job } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { PreparedModel } from '../../contract/model.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import type { NamedTensors } from '../../contract/tensor.ts'
import { roomAt } from '../disk.ts'
import { prepareModel, type PrepareOptions } from '../model/prepare.ts'
import { writeModelFolder } from '../model/write-folder.ts'
import { availableMemory, totalMemory } from '../runtime/machine-memory.ts'
import { fileBytes, modelRunBytes } from './memory.ts'

type TuneJob = Extract<Job, { kind: 'tune' }>

/** Bytes of memory and of disk that a run needs whose result is a model. */
export interface ModelRunNeeds {
  readonly memory: number
  readonly disk: number
}

export const modelRunNeeds = (config: PreparedModel['config'], settings: TuneSettings): ModelRunNeeds => ({
  memory: modelRunBytes(config, settings, totalMemory()),
  disk: fileBytes(config, settings),
})

/**
 * Errors: 'tuning/model-memory' and 'tuning/model-disk' where this computer has less than the run needs; `folder`: where its
 * files are to go, undefined = it keeps none.
 */
export function refuseWithoutRoom({ memory, disk }: ModelRunNeeds, folder: string | undefined): void {
  const available = availableMemory()
  if (memory > available) throw studioError('tuning/model-memory', memory, available)
  if (folder === undefined) return
  const { free } = roomAt(existing(folder))
  if (disk > free) throw studioError('tuning/model-disk', disk, free)
}

/** The folder, or the nearest one around it that is there. */
const existing = (folder: string): string => (existsSync(folder) ? folder : existing(dirname(folder)))

/** Writes the best weights of an ended run as a model, and opens it. `initial`: the weights before the first step. */
export async function tunedModel(
  { model, files }: Pick<TuneJob, 'model'> & { readonly files: NonNullable<TuneJob['files']> },
  checkpoint: Checkpoint,
  initial: () => Promise<NamedTensors>,
  options: Pick<PrepareOptions, 'onProgress'>,
): Promise<PreparedModel> {
  const best = checkpoint.files?.best
  const weights = best === undefined ? { tensors: await initial() } : { folder: files.state, file: best }
  mkdirSync(dirname(files.model), { recursive: true })
  await writeModelFolder(files.model, model, weights)
  const licence = model.licence === undefined ? {} : { licence: model.licence }
  return { ...(await prepareModel(files.model, files.cache, { name: files.name, ...options })), ...licence }
}
