// The table of architectures: what is supported is listed from it, and an entry is all that a new one takes.
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { PreparedModel } from '../../../main/contract/model.ts'
import { openModel } from '../../../main/engine/model/open.ts'
import { prepareModel } from '../../../main/engine/model/prepare.ts'
import {
  type Architecture,
  architectures,
  byGgufName,
  byModelType,
  titlesOf,
} from '../../../main/engine/network/architectures/index.ts'
import { plain } from '../../../main/engine/network/architectures/plain.ts'
import { renameTensors } from '../../support/rename-tensors.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { reference, tinyFolder } from '../../support/tiny.ts'
import { apart, examplesOf, trainingStepOf, tensorsOf } from '../parity/engine.ts'

describe('the table', () => {
  it('has an entry for each name in config.json and GGUF, which nothing can change', () => {
    const types = architectures.flatMap(({ safetensors }) => safetensors.modelTypes)
    expect(types).toEqual(['llama', 'mistral', 'qwen2', 'qwen3', 'gemma3', 'gemma3_text'])
    expect(types.map((type) => byModelType(type).name)).toEqual([
      'llama',
      'mistral',
      'qwen2',
      'qwen3',
      'gemma3',
      'gemma3',
    ])
    const inGguf = [...new Set(architectures.map(({ gguf }) => gguf.architecture))]
    expect(inGguf).toEqual(['llama', 'qwen2', 'qwen3', 'gemma3'])
    expect(inGguf.map((name) => byGgufName(name).name)).toEqual(inGguf)
    for (const architecture of [architectures, ...architectures]) expect(Object.isFrozen(architecture)).toBe(true)
  })

  it('says what is supported, in the refusal of a model and in README.md', () => {
    const supported = titlesOf(architectures).join(', ')
    expect(() => byModelType('mamba')).toThrow(`Supported families: ${supported}.`)
    expect(() => byGgufName('rwkv')).toThrow(`Supported families: ${supported}.`)
    const readme = readFileSync(fileURLToPath(new URL('../../../README.md', import.meta.url)), 'utf8')
    expect(readme.replaceAll(/\s+/g, ' ')).toContain(`of one of these families can be added too: ${supported}.`)
  })
})

/** Llama under names of its own, with a default of its own: all that another architecture's file would hold. */
const testllama: Architecture = Object.freeze<Architecture>({
  ...plain,
  name: 'testllama',
  title: 'Test Llama',
  safetensors: {
    ...plain.safetensors,
    modelTypes: ['testllama'],
    defaults: { max_position_embeddings: 256 },
    tensorNames: (name) => [name.replace('model.layers.', 'body.')],
  },
  gguf: {
    ...plain.gguf,
    // As long as the name that it stands for in the file.
    architecture: 'other',
    interleavedRotary: true,
  },
})
const withTestllama = [...architectures, testllama]

/** The tiny Llama as a folder of that architecture. */
function testFolder(): string {
  const folder = temporaryFolder()
  cpSync(tinyFolder('llama'), folder, { recursive: true })
  const path = join(folder, 'config.json')
  const { max_position_embeddings: _, ...config } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  writeFileSync(path, JSON.stringify({ ...config, model_type: 'testllama' }))
  renameTensors(join(folder, 'model.safetensors'), (name) => name.replace('model.layers.', 'body.'))
  return folder
}

const llamaGguf = fileURLToPath(new URL('../../fixtures/model/llama.gguf', import.meta.url))

/** The tiny Llama as a GGUF file of that architecture. */
function testGguf(): string {
  const path = join(temporaryFolder(), 'other.gguf')
  const renamed = readFileSync(llamaGguf, 'latin1')
    .replaceAll('llama.', 'other.')
    .replace(/(general\.architecture.{12})llama/s, '$1other')
  writeFileSync(path, renamed, 'latin1')
  return path
}

/** How far the gradient of prefix tuning is from PyTorch's. */
async function gradientApart(model: PreparedModel): Promise<number> {
  const found = reference('llama')
  const wanted = found.cases.find(({ method }) => method === 'prefix-tuning')
  if (wanted === undefined) throw new Error('no case')
  const examples = examplesOf(found, wanted)
  const trainingStep = trainingStepOf(model, found, wanted, examples)
  const { gradients } = await trainingStep.gradient(
    examples,
    tensorsOf(model, 'prefix-tuning', found.tokens, wanted.start),
  )
  await trainingStep.release()
  return apart(gradients, wanted.gradient)
}

describe('an entry more', () => {
  it('is all that a folder needs to be opened, prepared and run', async () => {
    const folder = testFolder()
    await expect(openModel(folder)).rejects.toThrow('Models of the family "testllama" are not supported.')
    const { config } = await openModel(tinyFolder('llama'))
    const options = { name: 'tiny', architectures: withTestllama }
    const model = await prepareModel(folder, temporaryFolder(), options)
    expect(model.config).toEqual({ ...config, family: 'testllama' })
    expect(await gradientApart(model)).toBeLessThan(1e-4)
    const small = await prepareModel(folder, temporaryFolder(), { ...options, precision: 'f16' })
    expect(small.config).toEqual(model.config)
  })

  it('is all that a GGUF file needs to be opened and prepared', async () => {
    const path = testGguf()
    await expect(openModel(path)).rejects.toThrow('Models of the family "other" are not supported.')
    const { config } = await openModel(llamaGguf)
    const model = await prepareModel(path, temporaryFolder(), { name: 'tiny', architectures: withTestllama })
    const plainModel = await prepareModel(llamaGguf, temporaryFolder(), { name: 'tiny' })
    expect(model.config).toEqual({ ...config, family: 'testllama' })
    expect(readFileSync(join(model.folder, 'weights.bin'))).toEqual(
      readFileSync(join(plainModel.folder, 'weights.bin')),
    )
  })

  it('is listed where others are', () => {
    expect(() => byModelType('mamba', withTestllama)).toThrow('Gemma 3, Test Llama.')
  })
})
