// Reads texts for all that can share their keys and values: branches in one pass, what changes the network in passes of its own.
import type { PreparedModel } from '../../contract/model.ts'
import type { InferenceRunner } from '../evaluate/inference-runner.ts'
import { cacheTexts, missingTexts } from '../evaluate/kv-precompute.ts'
import { scoreRows } from '../evaluate/label-scores.ts'
import type { Segments, Sequence } from '../method/layout.ts'
import type { Branch } from './branches.ts'
import type { Reader } from './readers.ts'
import type { RecentStore } from './recent-store.ts'
import type { BranchScorer } from './score-branches.ts'

/** A question about a text. */
export interface ReadItem {
  readonly reader: Reader
  readonly segments: Segments
  /** All its tokens, the shared ones as its constant start. */
  readonly start: Sequence
  /** Identifies the start. */
  readonly key: string
}

export interface Scored {
  /** log p of each label. */
  readonly scores: ReadonlyMap<ReadItem, readonly number[]>
  /** Those whose text had been read before. */
  readonly known: readonly ReadItem[]
}

export interface SharedReading {
  /** `position`: that of each text's first token; `tail`: tokens at the end of each question that no text has. */
  score(items: readonly ReadItem[], at: { readonly position: number; readonly tail: number }): Promise<Scored>
}

export interface ReadingParts {
  readonly runner: InferenceRunner
  readonly model: PreparedModel
  readonly store: RecentStore
  readonly scorer: BranchScorer
}

export function createSharedReading({ runner, model, store, scorer }: ReadingParts): SharedReading {
  return {
    async score(items, { position, tail }) {
      const starts = items.map(({ start }) => start)
      const job = { model, runner, store, past: position }
      const missing = new Set(await missingTexts(job, starts))
      const known = items.filter(({ start }) => !missing.has(start))
      const texts = await cacheTexts(job, starts, () => undefined)
      await texts.precompute(starts)
      const scores = new Map<ReadItem, readonly number[]>()
      const keep = (some: readonly ReadItem[], found: readonly (readonly number[])[] = []): void =>
        some.forEach((item, i) => scores.set(item, found[i] ?? []))

      const byText = [
        ...Map.groupBy(
          items.filter(({ reader }) => reader.sharing === 'branch'),
          ({ key }) => key,
        ).values(),
      ]
      const branched = await scorer.score(byText.map(rowOf), texts, position)
      byText.forEach((some, row) => {
        keep(some, branched[row])
      })
      const behind = items.filter(({ reader }) => reader.sharing === 'behind')
      for (const [{ encoder, placed }, own] of Map.groupBy(behind, ({ reader }) => reader)) {
        const rows = own.map(({ segments }) => segments)
        const reading = { texts, position, tail }
        keep(own, await scoreRows(runner, encoder.trie, rows, { ...placed, reading }))
      }
      return { scores, known }
    },
  }
}

/** A text with the branches of the questions about it. */
const rowOf = (items: readonly ReadItem[]) => ({
  ids: items[0]?.start.ids.slice(0, items[0].start.constant) ?? [],
  branches: items.map(branchOf),
})

function branchOf({ reader: { past, acts, encoder }, start }: ReadItem): Branch {
  const tokens = start.ids.slice(start.constant)
  return { tokens, past, actsFrom: Math.max(0, tokens.length - acts), trie: encoder.trie }
}
