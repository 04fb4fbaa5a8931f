// The embedding table of real tiny models beside some vectors: nearest tokens, cosines and norms as arithmetic gives them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readVocabulary } from '../../../main/engine/inspect/vocabulary.ts'
import { inPrecision } from '../../../main/engine/model/in-precision.ts'
import { prepareModel } from '../../../main/engine/model/prepare.ts'
import { createRandom } from '../../../main/engine/random.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { tinyFolder, tinyModel } from '../../support/tiny.ts'

const model = await tinyModel('gemma3')
const { hidden, vocab, embeddingScale } = model.config
const { file, offset } = model.weights['model.embed_tokens.weight'] ?? { file: '', offset: 0 }
const bytes = readFileSync(join(model.folder, file))

/** A word's row as the file has it, scaled as the network reads it. */
const tokenRow = (id: number): number[] =>
  Array.from({ length: hidden }, (_, i) => bytes.readFloatLE(offset + (id * hidden + i) * 4) * embeddingScale)

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0)
const cosine = (a: readonly number[], b: readonly number[]): number => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))

const random = createRandom(7)
const chance = Array.from({ length: hidden }, () => random.normal())
const rows = [tokenRow(5), tokenRow(60).map((x) => 3 * x), chance, chance.map(() => 0)]
const tensor = { shape: [rows.length, hidden], data: Float32Array.from(rows.flat()) }
const tokens = vocab - 3

describe('the vocabulary', () => {
  it('finds the tokens nearest to a vector by cosine, whatever the vector’s norm', async () => {
    const progress: [number, number][] = []
    const found = await readVocabulary(model, tensor, tokens, (done, total) => void progress.push([done, total]))
    expect([found.nearest(0, 1), found.nearest(1, 1)]).toEqual([[5], [60]])
    const byHand = Array.from({ length: tokens }, (_, id) => ({ id, cosine: cosine(tokenRow(id), chance) }))
    byHand.sort((a, b) => b.cosine - a.cosine)
    expect(found.nearest(2, 5)).toEqual(byHand.slice(0, 5).map(({ id }) => id))
    for (const { id, cosine } of byHand.slice(0, 5)) expect(found.cosine(id, 2)).toBeCloseTo(cosine, 4)
    expect(found.cosine(0, 3)).toBe(0)
    expect(found.nearest(0, tokens + 10)).toHaveLength(tokens)
    expect([progress[0], progress.at(-1)]).toEqual([
      [0, tokens],
      [tokens, tokens],
    ])
  })

  it('knows the norms of token embeddings, and their average, over the tokens of the vocabulary', async () => {
    const { norms, mean } = await readVocabulary(model, tensor, tokens, () => undefined)
    const lengths = Array.from({ length: tokens }, (_, id) => Math.sqrt(dot(tokenRow(id), tokenRow(id)))).sort(
      (a, b) => a - b,
    )
    expect(norms.mean).toBeCloseTo(lengths.reduce((sum, each) => sum + each, 0) / tokens, 3)
    expect(lengths.filter((each) => each < norms.low).length / tokens).toBeCloseTo(0.05, 1)
    expect(lengths.filter((each) => each > norms.high).length / tokens).toBeCloseTo(0.05, 1)
    const average = Array.from({ length: hidden }, (_, i) =>
      Array.from({ length: tokens }, (_each, id) => tokenRow(id)[i] ?? NaN).reduce((sum, x) => sum + x, 0),
    )
    average.forEach((sum, i) => {
      expect(mean[i]).toBeCloseTo(sum / tokens, 4)
    })
  })

  it.each(['f16', 'int8'] as const)('is read from a model that is quantised as %s', async (precision) => {
    const whole = await prepareModel(tinyFolder('gemma3'), temporaryFolder(), { name: 'tiny' })
    const quantisedModel = await inPrecision(whole, precision)
    const found = await readVocabulary(quantisedModel, tensor, tokens, () => undefined)
    expect([found.nearest(0, 1), found.nearest(1, 1)]).toEqual([[5], [60]])
    expect(found.cosine(5, 0)).toBeGreaterThan(0.99)
  })
})
