// Answers questions about texts with any number of prompts of one model: each text is read once, and remembered for a while.
import type { TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { PreparedModel } from '../../contract/model.ts'
import type { ServedAnswer, ServedAsk, TokenUsage } from '../../contract/serving.ts'
import type { InferenceRunner } from '../evaluate/inference-runner.ts'
import { scoreRows } from '../evaluate/label-scores.ts'
import { layOut, type Segments } from '../method/layout.ts'
import { promptReader, type Reader, writtenReader } from './readers.ts'
import { createRecentStore } from './recent-store.ts'
import { createBranchScorer } from './score-branches.ts'
import { createSharedReading, type ReadItem } from './shared-reading.ts'

export interface Answerer {
  /** Keeps a prompt under a key. */
  load(key: string, prompt: TunedPrompt): void
  /** Questions that are prepared already are still answered. */
  forget(key: string): void
  /**
   * The questions of a request, each with the text as it reads it. A prompt's keys and values are computed at its first one.
   * Errors: 'tuning/other-model', 'tuning/no-room', those of templates.
   */
  prepare(ask: ServedAsk): PreparedAsk
  /** The prompt of a key. Error: 'run/failed'. */
  prompt(key: string): TunedPrompt
  /** Answers several requests together, in their order. */
  answer(asks: readonly PreparedAsk[]): Promise<ServedAnswer[]>
}

interface PreparedQuestion {
  readonly reader: Reader
  readonly segments: Segments
  readonly cut: number
}

export type PreparedAsk = readonly PreparedQuestion[]

/** `bytes`: of the keys and values of texts that are kept for later requests. */
export function createAnswerer(runner: InferenceRunner, model: PreparedModel, bytes: number): Answerer {
  const prompts = new Map<string, TunedPrompt>()
  const readers = new Map<string, Reader>()
  const reading = createSharedReading({
    ...{ runner, model },
    store: createRecentStore(bytes),
    scorer: createBranchScorer(runner, model.config),
  })

  const promptOf = (key: string): TunedPrompt => {
    const prompt = prompts.get(key)
    if (!prompt) throw studioError('run/failed', 'a prompt was asked before it was loaded')
    return prompt
  }
  const readerOf = (key: string): Reader => {
    const reader = readers.get(key) ?? promptReader(model, promptOf(key))
    readers.set(key, reader)
    return reader
  }

  return {
    load: (key, prompt) => void prompts.set(key, prompt),
    forget: (key) => {
      prompts.delete(key)
      readers.delete(key)
    },
    prompt: promptOf,
    prepare: ({ text, context, questions }) =>
      questions.map((question) => {
        const reader = question.by === 'written' ? writtenReader(model, question) : readerOf(question.key)
        const { segments, truncated } = reader.encoder.fit(reader.textOf(text, context))
        return { reader, segments, cut: truncated }
      }),
    async answer(asks) {
      const { tail, position } = sharedBy([...readers.values()])
      const items = asks.map((ask) => ask.map((question) => itemOf(question, tail)))
      const scores = new Map<ReadItem, readonly number[]>()
      const all = items.flat()
      const alone = all.filter(({ reader }) => reader.sharing === 'alone')
      for (const [{ encoder, placed }, own] of Map.groupBy(alone, ({ reader }) => reader)) {
        const found = await scoreRows(runner, encoder.trie, rowsOf(own), placed)
        own.forEach((item, i) => scores.set(item, found[i] ?? []))
      }
      const together = all.filter(({ reader }) => reader.sharing !== 'alone')
      const known = new Set<ReadItem>()
      for (const [at, group] of Map.groupBy(together, ({ reader }) => reader.position ?? position)) {
        const found = await reading.score(group, { position: at, tail })
        for (const [item, own] of found.scores) scores.set(item, own)
        for (const item of found.known) known.add(item)
      }
      return items.map((own, i): ServedAnswer => ({
        choices: own.map((item, q) => ({ logProbabilities: scores.get(item) ?? [], cut: asks[i]?.[q]?.cut ?? 0 })),
        usage: usageOf(own, known),
      }))
    },
  }
}

/** What the prompts of a model can share: a tail as long as the longest, and the position that the most past keys need. */
const sharedBy = (readers: readonly Reader[]): { readonly tail: number; readonly position: number } => ({
  tail: readers.reduce((most, { acts }) => Math.max(most, acts), 1),
  position: readers.reduce((most, { position = 0 }) => Math.max(most, position), 0),
})

const rowsOf = (items: readonly ReadItem[]): Segments[] => items.map(({ segments }) => segments)

/** The question with all but its tail as the constant start; of one that shares nothing, nothing is constant. */
function itemOf({ reader, segments }: PreparedQuestion, shared: number): ReadItem {
  const sequence = layOut(segments, [], undefined)
  const length = sequence.ids.length
  const constant = reader.sharing === 'alone' ? 0 : Math.max(0, length - reader.tail(segments, shared))
  return { reader, segments, start: { ...sequence, constant }, key: sequence.ids.slice(0, constant).join() }
}

/** Tokens of a request: each start once. */
function usageOf(items: readonly ReadItem[], known: ReadonlySet<ReadItem>): TokenUsage {
  const starts = new Map(items.map((item) => [item.key, item]))
  const lengths = [...starts.values()].map((item) => [item.start.constant, known.has(item)] as const)
  const rest = items.map(({ start }) => start.ids.length - start.constant)
  return {
    input: sum([...rest, ...lengths.map(([length]) => length)]),
    cached: sum(lengths.map(([length, isKnown]) => (isKnown ? length : 0))),
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
