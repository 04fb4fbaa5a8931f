// The state of a run that trains a whole model: its tensors are updated in place, and kept in files of the run's folder.
import { existsSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkpoint, CheckpointFiles } from '../../contract/compute.ts'
import type { NamedTensors, Tensor } from '../../contract/tensor.ts'
import { keepMargin } from '../disk.ts'
import { arrayBytes, readArrays, type StoredArray, type StoredArrays, writeArrays } from '../model/array-file.ts'
import type { Memory, Optimiser } from './optimisers/optimiser.ts'
import { isUsuallyDue, type TrainingState } from './training-state.ts'

export interface WeightsOptions {
  /** The folder for the run's files; undefined = nothing is kept, as in a pre-flight. */
  readonly folder: string | undefined
  readonly optimiser: Optimiser
  /** The tensors before the first step. */
  readonly initial: () => Promise<NamedTensors>
}

/** Times as long as writing a checkpoint takes that training goes on before the next one. */
const patience = 20

/** Errors: 'store/damaged' where a file is not as it was written, and in `save` and `keepBest` 'store/disk-full'. */
export async function openWeights(
  { best: kept, files = {} }: Pick<Checkpoint, 'best' | 'files'>,
  { folder, optimiser, initial }: WeightsOptions,
): Promise<TrainingState> {
  const { weights, optimiser: remembered } = files
  const tensors = weights && folder ? await tensorsIn(folder, weights) : await initial()
  const memories = remembered && folder ? memoriesOf(await readArrays(folder, remembered)) : started(tensors, optimiser)
  /** Files that are whole: a crashed process may have left others of the same names. */
  const whole = new Set(Object.values(files))
  let best = kept?.step ?? 0
  let writing = 0

  const write = async (name: string, arrays: StoredArrays): Promise<string> => {
    if (folder === undefined || whole.has(name)) return name
    await mkdir(folder, { recursive: true })
    keepMargin(folder, arrayBytes(arrays))
    await writeArrays(join(folder, name), arrays)
    whole.add(name)
    return name
  }
  const filesAt = async (step: number, isFinished: boolean): Promise<CheckpointFiles> => ({
    ...(best > 0 ? { best: weightsFile(best) } : {}),
    // Before the first step all is the base model's; after the last one only the best is needed.
    ...(step > 0 && !isFinished
      ? {
          weights: await write(weightsFile(step), tensors),
          optimiser: await write(optimiserFile(step), arraysOf(memories)),
        }
      : {}),
  })

  return {
    tensors,
    update(gradients, step, { learningRate, weightDecay, scale = 1, rates }) {
      for (const [name, { data }] of Object.entries(tensors)) {
        const [gradient, memory] = [gradients[name], memories.get(name)]
        if (!gradient || !memory) throw new RangeError(`no gradient for ${name}`)
        const rate = learningRate * (rates?.get(name) ?? 1)
        optimiser.update(data, gradient, memory, { step, learningRate: rate, weightDecay, scale })
      }
    },
    async keepBest(step) {
      if (step > 0) await write(weightsFile(step), tensors)
      best = step
    },
    isDue: (step, since) => since > patience * writing && isUsuallyDue(step, since),
    async save(progress, store) {
      const began = performance.now()
      const named = folder === undefined ? {} : await filesAt(progress.step, progress.finished)
      const empty = { tensors: {}, first: {}, second: {} }
      const checkpoint = {
        ...progress,
        ...empty,
        best: progress.best && { ...progress.best, tensors: {} },
        files: named,
      }
      await store(checkpoint)
      if (folder !== undefined) await removeOthers(folder, new Set<string>(Object.values(named)))
      writing = performance.now() - began
      return checkpoint
    },
    best: () => (folder === undefined ? tensors : {}),
  }
}

const weightsFile = (step: number): string => `weights-${String(step)}.safetensors`
const optimiserFile = (step: number): string => `optimiser-${String(step)}.safetensors`

async function tensorsIn(folder: string, name: string): Promise<NamedTensors> {
  const found = Object.entries(await readArrays(folder, name))
  return Object.fromEntries(found.map(([tensor, { shape, data }]) => [tensor, { shape, data: data as Float32Array }]))
}

const started = (tensors: NamedTensors, { start }: Optimiser): ReadonlyMap<string, Memory> =>
  new Map(Object.entries(tensors).map(([name, { data }]: [string, Tensor]) => [name, start(data.length)]))

/** No tensor's name has a slash. */
const arraysOf = (memories: ReadonlyMap<string, Memory>): StoredArrays =>
  Object.fromEntries(
    [...memories].flatMap(([tensor, memory]) =>
      Object.entries(memory).map(([part, data]): [string, StoredArray] => [
        `${tensor}/${part}`,
        { shape: [data.length], data },
      ]),
    ),
  )

function memoriesOf(arrays: StoredArrays): ReadonlyMap<string, Memory> {
  const memories = new Map<string, Record<string, StoredArray['data']>>()
  for (const [name, { data }] of Object.entries(arrays)) {
    const [tensor = '', part = ''] = name.split('/')
    memories.set(tensor, { ...memories.get(tensor), [part]: data })
  }
  return memories
}

/** Removes all files of the folder but these. */
async function removeOthers(folder: string, names: ReadonlySet<string>): Promise<void> {
  if (!existsSync(folder)) return
  for (const name of await readdir(folder)) if (!names.has(name)) await rm(join(folder, name), { force: true })
}
