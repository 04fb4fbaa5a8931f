// Preparing a model: once, atomically, going on where it was interrupted; refused before any work where it cannot fit.
import {
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { PreparedModel } from '../../../main/contract/model.ts'
import { openModel } from '../../../main/engine/model/open.ts'
import { prepareModel } from '../../../main/engine/model/prepare.ts'
import { createTokenizer } from '../../../main/engine/tokens/tokenizer.ts'
import { renameTensors } from '../../support/rename-tensors.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { reference, tinyFolder, tinyModel } from '../../support/tiny.ts'
import { apart, examplesOf, trainingStepOf, tensorsOf } from '../parity/engine.ts'

const ggufOf = (family: string): string =>
  fileURLToPath(new URL(`../../fixtures/model/${family}.gguf`, import.meta.url))

/** A weight's values as ONNX Runtime will map them. */
function valuesOf({ folder, weights }: PreparedModel, name: string): Float32Array {
  const ref = weights[name]
  if (ref === undefined) throw new Error(`no ${name}`)
  const bytes = readFileSync(join(folder, ref.file)).subarray(ref.offset, ref.offset + ref.bytes)
  return new Float32Array(Uint8Array.from(bytes).buffer)
}

const filesBelow = (folder: string): Map<string, number> =>
  new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => [
      name,
      statSync(join(folder, name)).mtimeMs,
    ]),
  )

describe('a GGUF model', () => {
  it('has Hugging Face’s weights, with the rows of queries and keys in their order', async () => {
    const [ours, theirs] = [
      await prepareModel(ggufOf('llama'), temporaryFolder(), { name: 'tiny' }),
      await tinyModel('llama'),
    ]
    expect(Object.keys(ours.weights).sort()).toEqual(Object.keys(theirs.weights).sort())
    for (const name of Object.keys(theirs.weights)) {
      const expected = valuesOf(theirs, name)
      const worst = valuesOf(ours, name).reduce(
        (max, value, i) => Math.max(max, Math.abs(value - (expected[i] ?? NaN))),
        0,
      )
      // Stored in 16 bits.
      expect([name, worst < 2e-3]).toEqual([name, true])
    }
  })

  it.each(['qwen2', 'qwen3'] as const)('of %s has PyTorch’s gradient', async (family) => {
    const found = reference(family)
    const model = await prepareModel(ggufOf(family), temporaryFolder(), { name: family })
    const expected = found.cases.find(({ method }) => method === 'prefix-tuning')
    if (expected === undefined) throw new Error('no case')
    const examples = examplesOf(found, expected)
    const trainingStep = trainingStepOf(model, found, expected, examples)
    const { gradients } = await trainingStep.gradient(
      examples,
      tensorsOf(model, 'prefix-tuning', found.tokens, expected.start),
    )
    await trainingStep.release()
    expect(apart(gradients, expected.gradient)).toBeLessThan(1e-4)
  })

  it('has the tokenizer of the folder that it was made from', async () => {
    const [gguf, folder] = await Promise.all([openModel(ggufOf('llama')), openModel(tinyFolder('llama'))])
    const text = 'Text: where is my parcel? 12 <s> é\nAnswer: delivery'
    expect(createTokenizer(gguf.tokenizer).encode(text)).toEqual(createTokenizer(folder.tokenizer).encode(text))
  })
})

describe('a folder whose text model lies within one that also sees', () => {
  /** The tiny Gemma 3 with its weights renamed. */
  function wrapped(spell: (name: string) => string): string {
    const folder = temporaryFolder()
    cpSync(tinyFolder('gemma3'), folder, { recursive: true })
    const text_config: unknown = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'))
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'gemma3', text_config }))
    renameTensors(join(folder, 'model.safetensors'), spell)
    return folder
  }

  it.each([
    ['the hub', (name: string) => `language_model.${name}`],
    ['newer libraries', (name: string) => name.replace(/^model\./, 'model.language_model.')],
  ])('has the same weights under the names of %s', async (_, spell) => {
    const plain = await openModel(tinyFolder('gemma3'))
    const model = await openModel(wrapped(spell))
    expect(model.config).toEqual(plain.config)
    expect(Object.entries(model.weights).map(([name, { shape, bytes }]) => [name, shape, bytes])).toEqual(
      Object.entries(plain.weights).map(([name, { shape, bytes }]) => [name, shape, bytes]),
    )
  })
})

describe('preparing', () => {
  it('writes nothing where the weights are float32 safetensors already', async () => {
    const cache = temporaryFolder()
    const model = await prepareModel(tinyFolder('qwen3'), cache, { name: 'tiny' })
    expect(model.folder).toBe(tinyFolder('qwen3'))
    expect([...filesBelow(cache).keys()].filter((name) => name.endsWith('.bin'))).toEqual([])
  })

  it('happens once', async () => {
    const cache = temporaryFolder()
    const first = await prepareModel(ggufOf('llama'), cache, { name: 'tiny' })
    const before = filesBelow(cache)
    const stages: string[] = []
    const onProgress = (stage: string): void => void stages.push(stage)
    expect(await prepareModel(ggufOf('llama'), cache, { name: 'tiny', onProgress })).toEqual(first)
    expect(filesBelow(cache)).toEqual(before)
    expect(stages).toEqual([])
  })

  it('goes on where it was interrupted, to the same bytes', async () => {
    const [cache, other] = [temporaryFolder(), temporaryFolder()]
    const abort = new AbortController()
    let reported = 0
    const onProgress = (stage: string): void => {
      if (stage === 'preparing the model' && ++reported === 5) abort.abort()
    }
    const interrupted = prepareModel(ggufOf('llama'), cache, { name: 'tiny', onProgress, signal: abort.signal })
    await expect(interrupted).rejects.toThrow(/abort/)
    const resumed = await prepareModel(ggufOf('llama'), cache, { name: 'tiny' })
    const whole = await prepareModel(ggufOf('llama'), other, { name: 'tiny' })
    expect(
      readFileSync(join(resumed.folder, 'weights.bin')).equals(readFileSync(join(whole.folder, 'weights.bin'))),
    ).toBe(true)
    expect(existsSync(join(resumed.folder, 'journal'))).toBe(false)
  })

  it('reaches its total', async () => {
    const reported: [stage: string, done: number, total: number][] = []
    const onProgress = (...report: [string, number, number]): void => void reported.push(report)
    await prepareModel(ggufOf('llama'), temporaryFolder(), { name: 'tiny', onProgress })
    for (const stage of ['checking the model', 'preparing the model']) {
      const reports = reported.filter(([name]) => name === stage)
      const done = reports.map(([, bytes]) => bytes)
      expect(done).toEqual([...done].sort((a, b) => a - b))
      expect(reports.at(-1)?.[1]).toBe(reports.at(-1)?.[2])
    }
  })

  it.each(['weights.bin', 'finished'])('happens again where %s was lost, to the same bytes', async (lost) => {
    const cache = temporaryFolder()
    const { folder } = await prepareModel(ggufOf('llama'), cache, { name: 'tiny' })
    const whole = readFileSync(join(folder, 'weights.bin'))
    rmSync(join(folder, lost))
    await prepareModel(ggufOf('llama'), cache, { name: 'tiny' })
    expect(readFileSync(join(folder, 'weights.bin')).equals(whole)).toBe(true)
  })

  it('starts anew where the weights of an interrupted preparation were lost', async () => {
    const cache = temporaryFolder()
    const { folder } = await prepareModel(ggufOf('llama'), cache, { name: 'tiny' })
    const whole = readFileSync(join(folder, 'weights.bin'))
    rmSync(join(folder, 'finished'))
    rmSync(join(folder, 'weights.bin'))
    writeFileSync(join(folder, 'journal'), 'model.embed_tokens.weight\nmodel.norm.weight\nmodel.lay')
    await prepareModel(ggufOf('llama'), cache, { name: 'tiny' })
    expect(readFileSync(join(folder, 'weights.bin')).equals(whole)).toBe(true)
  })

  it('is refused with the bytes needed where disk or memory are too small', async () => {
    const cache = temporaryFolder()
    const prepare = (limits: object) => prepareModel(ggufOf('llama'), cache, { name: 'tiny', limits })
    await expect(prepare({ memory: 1000 })).rejects.toMatchObject({ code: 'model/memory' })
    await expect(prepare({ disk: 1000 })).rejects.toMatchObject({ code: 'model/disk-full' })
    expect([...filesBelow(cache).keys()].filter((name) => name.endsWith('.bin'))).toEqual([])
  })

  it('is refused in a sentence for what is no model, or half of one', async () => {
    const folder = temporaryFolder()
    await expect(openModel(join(folder, 'nothing.gguf'))).rejects.toThrow('There is no model at')
    await expect(openModel(folder)).rejects.toThrow('not a model this studio can read')
    cpSync(tinyFolder('llama'), join(folder, 'half'), { recursive: true })
    truncateSync(join(folder, 'half', 'model.safetensors'), 20_000)
    await expect(openModel(join(folder, 'half'))).rejects.toThrow('ends before its last tensor')
    writeFileSync(join(folder, 'half', 'tokenizer.json'), '{')
    copyFileSync(join(tinyFolder('llama'), 'model.safetensors'), join(folder, 'half', 'model.safetensors'))
    await expect(openModel(join(folder, 'half'))).rejects.toThrow('tokenizer.json is not valid JSON')
    const blocky = Buffer.from(readFileSync(ggufOf('llama')))
    // The type of a matrix of 24 columns, behind its name and its two sizes.
    const name = 'blk.0.attn_q.weight'
    blocky.writeUInt32LE(2, blocky.indexOf(name) + name.length + 20)
    writeFileSync(join(folder, 'blocky.gguf'), blocky)
    await expect(openModel(join(folder, 'blocky.gguf'))).rejects.toThrow('blk.0.attn_q.weight are no whole blocks')
    copyFileSync(ggufOf('llama'), join(folder, 'cut.gguf'))
    truncateSync(join(folder, 'cut.gguf'), 20_000)
    await expect(openModel(join(folder, 'cut.gguf'))).rejects.toMatchObject({ code: 'model/damaged' })
  })
})
