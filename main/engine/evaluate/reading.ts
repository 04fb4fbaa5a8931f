// One reading of texts: their keys and values, computed once and used by every prompt that acts behind the texts.
import type { CachedTexts } from './cached-texts.ts'
import { layOut, type LayoutSettings, pastOf, type Segments, type Sequence, tailOf } from '../method/layout.ts'

export interface Reading {
  readonly texts: CachedTexts
  /** Position of each text's first token: the number of past keys and values of a prompt behind it, or more. */
  readonly position: number
  /** Tokens at the end of each question that are not among the texts: as many as a prompt behind it acts on, or more. */
  readonly tail: number
}

/** A reading for one prompt after the text; no prompt can use it as well. */
export const readingOf = (settings: LayoutSettings, texts: CachedTexts): Reading => ({
  texts,
  position: pastOf(settings),
  tail: tailOf(settings),
})

/** The sequence of a row whose text has been read: its tokens before the tail are cached. */
export const readSequence = (segments: Segments, sequence: Sequence, { tail }: Pick<Reading, 'tail'>): Sequence => ({
  ...sequence,
  constant: Math.max(0, lengthOf(segments) - tail),
})

/** The sequence of a text that is to be read. */
export const textToRead = (segments: Segments, reading: Pick<Reading, 'tail'>): Sequence =>
  readSequence(segments, layOut(segments, [], undefined), reading)

const lengthOf = ({ before, text, after }: Segments): number => before.length + text.length + after.length
