// A model that is written as a folder: whole, in place of what was there, with its norms as transformers stores them.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { NamedTensors } from '../../../main/contract/tensor.ts'
import { readArrays, writeArrays } from '../../../main/engine/model/array-file.ts'
import { prepareModel } from '../../../main/engine/model/prepare.ts'
import { weightsName, writeModelFolder } from '../../../main/engine/model/write-folder.ts'
import { tensorsOfTiny } from '../../support/model-folder.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { families, tinyModel } from '../../support/tiny.ts'

const valuesOf = (tensors: Readonly<Record<string, { readonly data: ArrayLike<number> }>>) =>
  Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, Array.from(data)]))

describe('a folder of a model', () => {
  it.each(families)('opens as the model that it was written from: %s', async (family) => {
    const model = await tinyModel(family)
    const folder = join(temporaryFolder(), 'written')
    await writeModelFolder(folder, model, { tensors: tensorsOfTiny(family) })
    const opened = await prepareModel(folder, temporaryFolder(), { name: 'written' })
    expect(opened.config).toEqual(model.config)
    expect(opened.tokenizer.tokenizer).toMatchObject(model.tokenizer.tokenizer)
    expect(valuesOf(await readArrays(folder, weightsName))).toEqual(valuesOf(tensorsOfTiny(family)))
  })

  it('replaces what was there, and what a killed process left', async () => {
    const [model, folder] = [await tinyModel('llama'), join(temporaryFolder(), 'written')]
    for (const each of [folder, `${folder}.part`]) {
      mkdirSync(each)
      writeFileSync(join(each, 'old.txt'), 'old')
    }
    await writeModelFolder(folder, model, { tensors: tensorsOfTiny('llama') })
    expect(readdirSync(folder)).not.toContain('old.txt')
    expect(existsSync(`${folder}.part`)).toBe(false)
  })

  it('shares its bytes with the file that the weights come from', async () => {
    const [model, base] = [await tinyModel('llama'), temporaryFolder()]
    await writeArrays(join(base, 'weights-4.safetensors'), tensorsOfTiny('llama'))
    await writeModelFolder(join(base, 'written'), model, { folder: base, file: 'weights-4.safetensors' })
    const inodes = [join(base, 'weights-4.safetensors'), join(base, 'written', weightsName)].map(
      (at) => statSync(at).ino,
    )
    expect(inodes[0]).toBe(inodes[1])
  })

  it.each(['given', 'in a file'])(
    'takes the offset out of the norms of a Gemma that came as GGUF: %s',
    async (where) => {
      const model = await tinyModel('gemma3')
      const stored = tensorsOfTiny('gemma3')
      const isNorm = (name: string): boolean => /norm\.weight$/.test(name)
      // GGUF files hold 1 + w.
      const whole: NamedTensors = Object.fromEntries(
        Object.entries(stored).map(([name, { shape, data }]) => [
          name,
          { shape, data: isNorm(name) ? data.map((value) => value + 1) : data },
        ]),
      )
      const base = temporaryFolder()
      if (where === 'in a file') await writeArrays(join(base, 'weights.safetensors'), whole)
      const weights = where === 'given' ? { tensors: whole } : { folder: base, file: 'weights.safetensors' }
      const folder = join(base, 'written')
      await writeModelFolder(folder, { ...model, config: { ...model.config, normOffset: 0 } }, weights)
      const written = await readArrays(folder, weightsName)
      expect(Object.keys(written).sort()).toEqual(Object.keys(stored).sort())
      for (const [name, { data }] of Object.entries(stored))
        data.forEach((value, i) => expect(Math.abs((written[name]?.data[i] ?? NaN) - value)).toBeLessThan(2e-7))
      expect(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'))).toMatchObject({ model_type: 'gemma3_text' })
    },
  )
})
