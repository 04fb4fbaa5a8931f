// Scores the branches of texts whose keys and values are cached: many prompts, many texts, few forward passes.
import type { DecoderConfig } from '../../contract/model.ts'
import type { Feeds, Tensor } from '../../contract/tensor.ts'
import { byLength } from '../evaluate/batches.ts'
import { type Buffers, createBuffers } from '../evaluate/buffers.ts'
import type { CachedTexts } from '../evaluate/cached-texts.ts'
import { type InferenceRunner, precomputeShape, shifted } from '../evaluate/inference-runner.ts'
import { labelLogProbabilities, type LabelTrie } from '../evaluate/trie.ts'
import { batchFeeds, integers, selection } from '../method/batch.ts'
import { type Branch, lengthOf, type Tree, treeOf } from './branches.ts'
import { putPast } from './past.ts'

/** A text whose keys and values are cached, and what is asked of it. */
export interface BranchedText {
  readonly ids: readonly number[]
  readonly branches: readonly Branch[]
}

export interface BranchScorer {
  /** log p of every label, [texts][branches][labels]. `position`: that of each text's first token in `texts`. */
  score(rows: readonly BranchedText[], texts: CachedTexts, position: number): Promise<number[][][]>
}

/** Some of a text's branches: as many as one pass takes. */
interface Part {
  readonly row: number
  readonly from: number
  readonly branches: readonly Branch[]
  readonly tree: Tree
}

export function createBranchScorer(runner: InferenceRunner, config: DecoderConfig): BranchScorer {
  const buffers = createBuffers()
  return {
    async score(rows, texts, position) {
      const found = rows.map(({ branches }) => new Array<number[]>(branches.length))
      const parts = rows.flatMap(({ ids, branches }, row) =>
        chunksOf(branches, runner.tokensAtOnce).map(([from, some]): Part => {
          return { row, from, branches: some, tree: treeOf(ids, some) }
        }),
      )
      for (const some of byLength(parts, costOf, runner.tokensAtOnce)) {
        const scores = await passOver(some, texts, position)
        some.forEach(({ row, from }, b) => scores[b]?.forEach((own, i) => ((found[row] ?? [])[from + i] = own)))
      }
      return found
    },
  }

  /** [parts][branches][labels] */
  async function passOver(parts: readonly Part[], texts: CachedTexts, position: number): Promise<number[][][]> {
    const trees = parts.map(({ tree }) => tree)
    const sequences = trees.map(({ sequence }) => sequence)
    const candidates = [...new Set(parts.flatMap(({ branches }) => branches.flatMap(({ trie }) => trie.candidates)))]
    const columns = new Map(candidates.map((id, at) => [id, at]))
    const slots = trees.map(({ targets }) => targets.flat())
    const shape = {
      batch: parts.length,
      length: Math.max(...sequences.map(({ answer }) => answer.length)),
      embeddings: 0,
      past: Math.max(...trees.map(({ pasts }) => lengthOf(pasts))),
      cached: Math.max(...sequences.map(({ constant }) => constant)),
    }
    const width = Math.max(1, ...slots.map(({ length }) => length))
    const session = await runner.session(precomputeShape)
    const { logits } = await session.run({
      ...shifted(batchFeeds(config, sequences, shape), position - shape.past),
      ...(await pastFeeds(trees, texts, shape, buffers)),
      select: selection(sequences, slots, width, shape),
      // A question with one option needs none, and the graph one at least.
      candidates: integers(candidates.length > 0 ? candidates : [0]),
    })
    const { data } = logits as Tensor
    return parts.map(({ branches }, b) => {
      let slot = b * width
      return branches.map(({ trie }) => {
        const own = ownLogits(trie, data, slot, columns)
        slot += trie.nodes.length
        return labelLogProbabilities(trie, own)
      })
    })
  }
}

/** Tokens that a branch adds to a pass. */
const tokensOf = ({ tokens, trie }: Branch): number => tokens.length + trie.context.length

/** Branches in turn, in groups of so many tokens at most; a longer one is alone. */
function chunksOf(branches: readonly Branch[], most: number): [from: number, some: Branch[]][] {
  const chunks: [number, Branch[]][] = []
  let taken = Infinity
  branches.forEach((branch, at) => {
    if (taken + tokensOf(branch) > most) {
      chunks.push([at, []])
      taken = 0
    }
    taken += tokensOf(branch)
    chunks.at(-1)?.[1].push(branch)
  })
  return chunks
}

/** Cost of a row in tokens: those to compute, and a share for copying the keys and values before them. */
const costOf = ({ tree: { sequence, pasts } }: Part): number =>
  sequence.answer.length + Math.ceil((sequence.constant + lengthOf(pasts)) / 4)

/** Graph inputs `past.*`: each row's pasts side by side, then its text. */
async function pastFeeds(
  trees: readonly Tree[],
  texts: CachedTexts,
  shape: { readonly batch: number; readonly past: number; readonly cached: number },
  buffers: Buffers,
): Promise<Feeds> {
  const { batch, cached, past: offset } = shape
  const sequences = trees.map(({ sequence }) => sequence)
  const feeds = Object.entries(await texts.feeds(sequences, { batch, cached, offset }, buffers))
  for (const [name, all] of feeds)
    for (const [row, { pasts }] of trees.entries())
      for (const [{ tensors }, at] of pasts) {
        const own = tensors[name.replace('cached.', '')]
        if (own) putPast(all, own, row, at)
      }
  return Object.fromEntries(feeds.map(([name, all]) => [name.replace('cached.', 'past.'), all]))
}

/** The logits at a trie's nodes of its own candidates, [nodes, candidates], from those of all, [slots, all candidates]. */
function ownLogits(
  { nodes, candidates }: LabelTrie,
  all: Float32Array,
  slot: number,
  columns: ReadonlyMap<number, number>,
): Float32Array {
  const own = new Float32Array(nodes.length * candidates.length)
  nodes.forEach((_, node) => {
    const row = (slot + node) * columns.size
    candidates.forEach((id, i) => (own[node * candidates.length + i] = all[row + (columns.get(id) ?? 0)] ?? 0))
  })
  return own
}
