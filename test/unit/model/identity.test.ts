// A model's identity: what changes its answers changes it, and nothing else does.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isIdentity } from '../../../main/engine/model/identity.ts'
import { inPrecision } from '../../../main/engine/model/in-precision.ts'
import { prepareModel } from '../../../main/engine/model/prepare.ts'
import { starter } from '../../../main/contract/starter.ts'
import { type Change, folderWith, weightsWith } from '../../support/model-folder.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { tinyFolder } from '../../support/tiny.ts'
import { ggufFile, ggufFixture } from '../../support/write-gguf.ts'
import { writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'

const hashOf = async (changes: Readonly<Record<string, Change>>): Promise<string> =>
  (await prepareModel(folderWith('llama', changes), temporaryFolder(), { name: 'm' })).hash
const tokenizer = JSON.parse(readFileSync(join(tinyFolder('llama'), 'tokenizer.json'), 'utf8')) as {
  model: { vocab: Record<string, number>; merges: string[] }
}

describe('the identity of a folder', () => {
  it.each<[string, Record<string, Change>]>([
    ['the rotation', { 'config.json': { rope_parameters: { rope_type: 'default', rope_theta: 5e5 } } }],
    ['the epsilon of norms', { 'config.json': { rms_norm_eps: 1e-5 } }],
    ['the merges', { 'tokenizer.json': { model: { ...tokenizer.model, merges: tokenizer.model.merges.slice(1) } } }],
    ['the token that ends a text', { 'tokenizer_config.json': { eos_token: '<s>' } }],
    ['what ends generation', { 'generation_config.json': { eos_token_id: [1, 7] } }],
    ['the chat template', { 'chat_template.jinja': 'other' }],
    [
      'a weight',
      {
        'model.safetensors': weightsWith('llama', { 'model.norm.weight': { shape: [16], data: new Float32Array(16) } }),
      },
    ],
  ])('is another where %s is another', async (_, changes) => {
    expect(await hashOf(changes)).not.toBe(await hashOf({}))
  })

  it.each<[string, Record<string, Change>]>([
    [
      'notes in the config',
      { 'config.json': { transformers_version: '4.40', torch_dtype: 'float16', use_cache: false } },
    ],
    ['the older words of the config', { 'config.json': { rope_theta: 1e4, an_own_note: 1 } }],
    [
      'the order of the vocabulary',
      {
        'tokenizer.json': {
          model: { ...tokenizer.model, vocab: Object.fromEntries(Object.entries(tokenizer.model.vocab).reverse()) },
        },
      },
    ],
    ['truncation', { 'tokenizer.json': { truncation: { max_length: 8 }, padding: null } }],
    [
      'how a token is described',
      { 'tokenizer_config.json': { eos_token: { content: '</s>', lstrip: false }, model_max_length: 8 } },
    ],
    ['a readme', { 'README.md': 'text' }],
  ])('is the same where %s is another', async (_, changes) => {
    expect(await hashOf(changes)).toBe(await hashOf({}))
  })
})

it('the identity of a GGUF is the SHA-256 of its file, as it always was', async () => {
  const file = ggufFile(ggufFixture('llama'))
  const path = join(temporaryFolder(), 'm.gguf')
  writeFileSync(path, file)
  const { hash, weightsHash } = await prepareModel(path, temporaryFolder(), { name: 'm' })
  expect([hash, weightsHash]).toEqual([createHash('sha256').update(file).digest('hex'), hash])
  expect(starter.sha256).toMatch(/^[0-9a-f]{64}$/)
})

describe('a model from before', () => {
  it('takes prompts that are bound to its weights, and no other’s', async () => {
    const model = await prepareModel(tinyFolder('llama'), temporaryFolder(), { name: 'm' })
    expect(model.weightsHash).not.toBe(model.hash)
    expect([model.hash, model.weightsHash ?? '', 'another'].map((each) => isIdentity(each, model))).toEqual([
      true,
      true,
      false,
    ])
  })

  it('is prepared in another precision under its own identity, unless it was changed since', async () => {
    const cache = temporaryFolder()
    const folder = folderWith('llama', {})
    const { weightsHash = '', ...model } = await prepareModel(folder, cache, { name: 'm' })
    const older = { ...model, hash: weightsHash }
    expect(await inPrecision(older, 'f16')).toMatchObject({ hash: weightsHash, precision: 'f16' })
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as object
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, rms_norm_eps: 1e-3 }))
    await expect(inPrecision(older, 'int8')).rejects.toMatchObject({ code: 'model/changed' })
    await expect(inPrecision({ ...older, weightsHash, hash: model.hash }, 'int8')).rejects.toMatchObject({
      code: 'model/changed',
    })
  })
})
