// Tokens are drawn from those that transformers leaves, with the same probabilities, and greedy texts are the same.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { decodeAlone } from '../../main/engine/evaluate/decode.ts'
import { createInferenceRunner } from '../../main/engine/evaluate/inference-runner.ts'
import { massOf, visitLargest } from '../../main/engine/evaluate/largest.ts'
import { penaltiesOf } from '../../main/engine/evaluate/penalties.ts'
import { keptOf, sharesOf } from '../../main/engine/evaluate/sampling.ts'
import { write } from '../../main/engine/evaluate/write.ts'
import { layOut } from '../../main/engine/method/layout.ts'
import { createRandom } from '../../main/engine/random.ts'
import { createTokenizer } from '../../main/engine/tokens/tokenizer.ts'
import { pythonJob } from '../support/python-job.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { families, reference, tinyFolder, tinyModel } from '../support/tiny.ts'

const VOCABULARY = 997
const random = createRandom(22)
const pick = <T>(...values: readonly T[]): T => values[random.integer(values.length)] as T
const ids = (count: number): number[] => Array.from({ length: count }, () => random.integer(VOCABULARY))

const cases = Array.from({ length: 60 }, () => ({
  logits: Array.from({ length: VOCABULARY }, () => Math.fround(4 * random.normal())),
  read: ids(40),
  written: ids(20),
  repetition: pick(1, 1.3, 0.8),
  temperature: pick(0.5, 1, 1.7),
  topK: pick(0, 0, 1, 5, 40, 2000),
  topP: pick(1, 1, 0.3, 0.9, 0.999),
  minP: pick(0, 0, 0.02, 0.5),
}))

/** The probability of each token with which it is drawn. */
function probabilities({ logits, read, written, repetition, ...draw }: (typeof cases)[number]): number[] {
  const own = Float32Array.from(logits)
  const penalties = penaltiesOf({ ...draw, repetitionPenalty: repetition }, read)
  for (const id of written) penalties?.written(id)
  penalties?.apply(own)
  const shares = sharesOf(own, draw.temperature)
  const kept = keptOf(shares, draw)
  const mass = massOf(shares, kept)
  const found = logits.map(() => 0)
  visitLargest(shares, kept, (share, id) => {
    found[id] = share / mass
    return true
  })
  return found
}

const TOKENS = 24
const texts = families.flatMap((family) =>
  [1, 1.4].map((repetition) => ({ family, repetition, ids: reference(family).questions[0] ?? [] })),
)

/** Ids of a greedy text that no end token ends. */
async function greedyText({ family, repetition, ids }: (typeof texts)[number]): Promise<number[]> {
  const model = await tinyModel(family)
  const runner = createInferenceRunner(model, { threads: 1 })
  onTestFinished(() => runner.release())
  const decode = decodeAlone(runner, model.config)
  const written: number[] = []
  const start: typeof decode = async (...given) => {
    const next = await decode(...given)
    return { ...next, after: (id) => (written.push(id), next.after(id)) }
  }
  const tokenizer = { ...createTokenizer(model.tokenizer), ends: [] }
  const sequence = layOut({ before: [], text: ids, after: [] }, [], undefined)
  // The last one is followed by none.
  const sampling = {
    temperature: 0,
    topP: 1,
    repetitionPenalty: repetition,
    maxNewTokens: TOKENS + 1,
    stop: [],
    seed: 0,
  }
  const { context } = model.config
  const sink = { show: () => undefined, stopRequested: () => false }
  await write({ start, tokenizer, sequence, placed: undefined, sampling, context }, sink)
  return written
}

it('draws from the tokens that transformers leaves, and writes what it writes', async () => {
  const folder = temporaryFolder()
  const out = join(folder, 'out.json')
  const asked = texts.map(({ family, ...text }) => ({ ...text, folder: tinyFolder(family), tokens: TOKENS }))
  pythonJob('sampling.py', { cases, texts: asked, out }, folder)
  const theirs = JSON.parse(readFileSync(out, 'utf8')) as { cases: number[][]; texts: number[][] }
  cases.forEach((one, i) => {
    const ours = probabilities(one)
    const other = theirs.cases[i] ?? []
    expect(ours.map((value) => value > 0)).toEqual(other.map((value) => value > 0))
    ours.forEach((value, id) => {
      expect(Math.abs(value - (other[id] ?? NaN))).toBeLessThan(1e-6)
    })
  })
  for (const [i, text] of texts.entries()) expect(await greedyText(text)).toEqual(theirs.texts[i])
})
