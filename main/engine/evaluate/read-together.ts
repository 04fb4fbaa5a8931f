// Scores labels with several prompts over one reading of the texts: each text is read once for all that act behind it.
import type { ComputeEvent, ScoreSubject } from '../../contract/compute.ts'
import type { DecoderConfig, PreparedModel } from '../../contract/model.ts'
import type { MemoryName } from '../../contract/settings.ts'
import { pastOf, type Segments, tailOf } from '../method/layout.ts'
import { kvBytes } from '../model/sizes.ts'
import { scoresLabels } from '../task/index.ts'
import { createEncoder, type Encoder } from './encode.ts'
import type { InferenceRunner } from './inference-runner.ts'
import { cacheTexts } from './kv-precompute.ts'
import { createKvStore } from './kv-store.ts'
import { scoreRows } from './label-scores.ts'
import { type Reading, textToRead } from './reading.ts'
import { placedParts } from './score.ts'

/** Bytes of keys and values that are held at once: rows beyond them are read when these have been answered. */
const bytesAtOnce: { readonly [M in MemoryName]: number } = { normal: 256 * 2 ** 20, low: 64 * 2 ** 20 }

/** A subject with the labels that it chooses among, and the rows' texts as its task has them. */
export interface LabelSubject extends ScoreSubject {
  readonly labels: readonly string[]
  readonly texts: readonly string[]
}

/**
 * log p of every label, [rows][labels], of each subject that shares a reading with another; the same as of each alone, but
 * for the precision's own rounding. Subjects that share none are absent.
 */
export async function readTogether(
  runner: InferenceRunner,
  model: PreparedModel,
  subjects: readonly LabelSubject[],
  emit: (event: ComputeEvent) => void,
): Promise<ReadonlyMap<LabelSubject, readonly (readonly number[])[]>> {
  const found = new Map<LabelSubject, readonly (readonly number[])[]>()
  const readers = subjects.length > 1 ? subjects.filter(actsBehind).map((subject) => readerOf(model, subject)) : []
  for (const group of groupsOf(readers).filter(({ length }) => length > 1)) {
    const scores = await readOnce(runner, model, group, emit)
    for (const [i, { subject }] of group.entries()) found.set(subject, scores[i] ?? [])
  }
  return found
}

/** A subject with its rows as its template has them. */
interface Reader {
  readonly subject: LabelSubject
  readonly encoder: Encoder
  readonly rows: readonly Segments[]
  /** Its past keys and values. */
  readonly past: number
  /** Tokens at the end of each question that it acts on. */
  readonly tail: number
}

function readerOf(model: PreparedModel, subject: LabelSubject): Reader {
  const { settings, prompt, labels, texts } = subject
  const encoder = createEncoder(model, settings, labels)
  const rows = texts.map((text) => encoder.row(text))
  return { subject, encoder, rows, past: prompt ? pastOf(settings) : 0, tail: prompt ? tailOf(settings) : 0 }
}

/** Subjects that can share a reading; one that shares it with no other is a group of its own. */
function groupsOf(readers: readonly Reader[]): Reader[][] {
  const groups: Reader[][] = []
  // The first of a group decides where its texts begin: behind its past, where it has one.
  for (const reader of readers.toSorted((a, b) => b.past - a.past)) {
    const group = groups.find(([first]) => first && canShare(first, reader))
    if (group) group.push(reader)
    else groups.push([reader])
  }
  return groups
}

/** Whether it leaves the texts' keys and values as the base model's. */
const actsBehind = ({ prompt, settings }: ScoreSubject): boolean =>
  scoresLabels(settings) && (prompt === undefined || settings.placement === 'after-text')

/** Positions count relative to each other (RoPE), so that what has no past of its own may follow any. */
const canShare = (first: Reader, other: Reader): boolean =>
  (other.past === 0 || other.past === first.past) &&
  first.rows.every((row, i) => questionOf(row) === questionOf(other.rows[i]))

const questionOf = (row: Segments | undefined): string => (row ? [...row.before, ...row.text, ...row.after].join() : '')

/** log p of every label, [readers][rows][labels]. */
async function readOnce(
  runner: InferenceRunner,
  model: PreparedModel,
  group: readonly Reader[],
  emit: (event: ComputeEvent) => void,
): Promise<number[][][]> {
  const [position, tail] = [Math.max(...group.map(({ past }) => past)), Math.max(...group.map((each) => each.tail))]
  const rows = group[0]?.rows ?? []
  const scores = group.map((): number[][] => [])
  const placed = group.map(({ subject, ...reader }) => ({ ...reader, parts: placedParts(model, subject.prompt) }))
  const [stage, total] = ['evaluating (each text is read once)', rows.length * group.length]
  let done = 0
  emit({ event: 'progress', stage, done, total })
  for (const [from, to] of chunksOf(rows, model.config, bytesAtOnce[runner.memory])) {
    const reading = await readTexts(runner, model, rows.slice(from, to), { position, tail })
    for (const [i, { encoder, rows, parts }] of placed.entries()) {
      const onProgress = (some: number): void => emit({ event: 'progress', stage, done: done + some, total })
      const found = await scoreRows(runner, encoder.trie, rows.slice(from, to), { ...parts, reading }, onProgress)
      for (const each of found) scores[i]?.push(each)
      done += to - from
    }
  }
  return scores
}

/** Ranges of rows, of which the keys and values of each take so many bytes at most; a longer row is alone. */
function chunksOf(rows: readonly Segments[], config: DecoderConfig, bytes: number): (readonly [number, number])[] {
  const chunks: [number, number][] = []
  let taken = Infinity
  for (const [i, { before, text, after }] of rows.entries()) {
    const own = kvBytes(config) * (before.length + text.length + after.length)
    const last = chunks.at(-1)
    if (last && taken + own <= bytes) last[1] = i + 1
    else {
      chunks.push([i, i + 1])
      taken = 0
    }
    taken += own
  }
  return chunks
}

/** Computes the keys and values of the rows' texts; they stay exact, and in memory. */
async function readTexts(
  runner: InferenceRunner,
  model: PreparedModel,
  rows: readonly Segments[],
  reading: Omit<Reading, 'texts'>,
): Promise<Reading> {
  const store = createKvStore({ folder: undefined, memory: Infinity, half: false })
  const sequences = rows.map((row) => textToRead(row, reading))
  const texts = await cacheTexts({ model, runner, store, past: reading.position }, sequences, () => undefined)
  await texts.precompute(sequences)
  return { ...reading, texts }
}
