// The same model in another precision: prepared from where it came from, and only from that.
import { appendFileSync, copyFileSync, cpSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inPrecision } from '../../../main/engine/model/in-precision.ts'
import { preparedFolders, prepareModel } from '../../../main/engine/model/prepare.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { tinyFolder, tinyModel } from '../../support/tiny.ts'

describe('a model in another precision', () => {
  it('is the same model, prepared once where its copies lie', async () => {
    const cache = temporaryFolder()
    const model = await prepareModel(tinyFolder('qwen2'), cache, { name: 'tiny' })
    const [half, again] = [await inPrecision(model, 'f16'), await inPrecision(model, 'f16')]
    expect(half).toMatchObject({ name: 'tiny', hash: model.hash, precision: 'f16' })
    expect(preparedFolders(cache, model.weightsHash ?? '')).toContain(half.folder)
    expect(again).toEqual(half)
    expect((await inPrecision(half, 'float32')).folder).toBe(model.folder)
  })

  it('is the same model where it is in that precision already, or was added without one', async () => {
    const { precision: _, ...old } = await tinyModel('llama')
    expect(await inPrecision(old, 'float32')).toBe(old)
  })

  it('is refused in a sentence where its file is not known, or is another one now', async () => {
    const { origin: _, ...old } = await tinyModel('llama')
    await expect(inPrecision(old, 'int8')).rejects.toMatchObject({ code: 'model/no-origin' })
    const [folder, cache] = [join(temporaryFolder(), 'model'), temporaryFolder()]
    cpSync(tinyFolder('llama'), folder, { recursive: true })
    const model = await prepareModel(folder, cache, { name: 'tiny' })
    copyFileSync(join(tinyFolder('llama'), 'model.safetensors'), join(folder, 'model.safetensors'))
    appendFileSync(join(folder, 'model.safetensors'), 'x')
    await expect(inPrecision(model, 'int8')).rejects.toMatchObject({ code: 'model/changed' })
  })
})
