// A prepared model as Hugging Face's own folder in float32: PyTorch then computes with exactly our values.
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PreparedModel, WeightRef } from '../../main/contract/model.ts'
import { headerOf } from '../../main/engine/model/safetensors-header.ts'
import { jsonFromConfig, weightsName } from '../../main/engine/model/write-folder.ts'
import { cache } from './paths.ts'

/** Path of the folder; written once for each model. Throws for families other than Llama. */
export async function huggingFaceFolder(model: PreparedModel): Promise<string> {
  const folder = join(cache, 'hugging-face', model.hash)
  if (existsSync(folder)) return folder
  const { config, tokenizer } = model
  if (config.family !== 'llama' || config.rope.scaling.kind !== 'none')
    throw new Error('The benches against PEFT write folders of plain Llama models only.')
  const unfinished = `${folder}.new`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true })
  await writeFile(join(unfinished, 'config.json'), JSON.stringify(jsonFromConfig(config, tokenizer), null, 2))
  await writeFile(join(unfinished, 'tokenizer.json'), JSON.stringify(tokenizer.tokenizer))
  await writeFile(join(unfinished, 'tokenizer_config.json'), JSON.stringify(tokenizer.config))
  await writeSafetensors(join(unfinished, weightsName), model)
  await rename(unfinished, folder)
  return folder
}

async function writeSafetensors(path: string, { folder, weights }: PreparedModel): Promise<void> {
  const file = await open(path, 'w')
  try {
    const announced = Object.entries(weights).map(([name, { shape, bytes }]) => [
      name,
      { dtype: 'F32' as const, shape, bytes },
    ])
    await file.writeFile(headerOf(Object.fromEntries(announced)))
    for (const { file: name, offset, bytes } of Object.values(weights))
      await file.writeFile(createReadStream(join(folder, name), { start: offset, end: offset + bytes - 1 }))
  } finally {
    await file.close()
  }
}

/** The float32 rows of a weight matrix, one after another. */
export async function rowsOf(model: PreparedModel, weight: string, rows: readonly number[]): Promise<number[]> {
  const ref = model.weights[weight] as WeightRef
  const width = ref.shape.at(-1) ?? 0
  const file = await open(join(model.folder, ref.file), 'r')
  try {
    const values: number[] = []
    for (const row of rows) {
      const data = new Float32Array(width)
      await file.read(new Uint8Array(data.buffer), 0, 4 * width, ref.offset + 4 * width * row)
      values.push(...data)
    }
    return values
  } finally {
    await file.close()
  }
}
