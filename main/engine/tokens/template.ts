// Encodes a row through its template: the ids before the row's text, those of the text, and those after it.
import type { TokenizerFiles } from '../../contract/model.ts'
import type { Template } from '../../contract/settings.ts'
import { commonPrefix, commonSuffix } from './common.ts'
import { type Frame, frameOf, place } from './frame.ts'
import type { Tokenizer } from './tokenizer.ts'

export interface RowTokens {
  readonly before: readonly number[]
  readonly text: readonly number[]
  readonly after: readonly number[]
}

/**
 * Ids of a row. Together they are what the model's own tokenizer gives for the filled template, except that special
 * tokens typed into the text stay text. A token that holds both a template's and the text's characters counts as the
 * text's. Errors: 'tokens/no-text-in-template', those of the chat template.
 */
export function encodeRow(tokenizer: Tokenizer, files: TokenizerFiles, template: Template, text: string): RowTokens {
  const { shape, first, lead, near, next, rest } = frameTokens(tokenizer, files, template)
  const middle = tokenizer.encode(near + shape(text) + next, first)
  const start = commonPrefix([middle, tokenizer.encode(near, first)])
  const end = commonSuffix(middle.slice(start), tokenizer.encode(next, false))
  return {
    before: [...lead, ...middle.slice(0, start)],
    text: middle.slice(start, middle.length - end),
    after: [...middle.slice(middle.length - end), ...rest],
  }
}

export interface FrameTokens extends Pick<Frame, 'keeps' | 'shape'> {
  /** Ids of the template up to its last special token before the text, BOS included. */
  readonly lead: readonly number[]
  /** The template's text directly before and after the row's, which is tokenised together with it. */
  readonly near: string
  readonly next: string
  /** Ids of the template from its first special token after the text on. */
  readonly rest: readonly number[]
  /** Whether `near` is the start of the whole text, where some tokenizers put a space before the first word. */
  readonly first: boolean
}

/** What stands around every row's text, as ids as far as these do not depend on the text. Errors: those of `encodeRow`. */
export function frameTokens(tokenizer: Tokenizer, files: TokenizerFiles, template: Template): FrameTokens {
  const { prefix, suffix, keeps, shape } = frameOf(files, template)
  const [lead, near] = splitBehindLast(prefix, tokenizer.specials)
  const [next, rest] = splitBeforeFirst(suffix, tokenizer.specials)
  return {
    ...{ keeps, shape, near, next, first: lead === '' },
    lead: withBos(tokenizer, tokenizer.encodeTemplate(lead)),
    rest: tokenizer.encodeTemplate(rest),
  }
}

/**
 * Ids that end the filled template whatever its text is: what follows the text, without the tokens that some text's end is
 * merged into. Texts of every kind of character stand for all texts.
 */
export function endingTokens(
  tokenizer: Tokenizer,
  { next, rest }: Pick<FrameTokens, 'next' | 'rest'>,
): readonly number[] {
  const alone = tokenizer.encode(next, false)
  const texts = [...textEnds, ...next].map((end) => tokenizer.encode(`text ${end}${next}`, false))
  const same = Math.min(...texts.map((ids) => commonSuffix(ids, alone)))
  return [...alone.slice(alone.length - same), ...rest]
}

/** Ends of texts that tokenizers merge with what follows. */
const textEnds = ['a', 'A', 'é', '字', '😀', '7', ' ', '\n', '\n\n', '\t', '.', '!?', ')', '"', '_', '-', "'"]

/** Ids of a label as the template's answer, tokenised together with the text before it. */
export function encodeAnswer(tokenizer: Tokenizer, template: Template, label: string): readonly number[] {
  const answer = template.answerPrefix + label
  const before = template.kind === 'chat' ? '\n' : template.body.slice(template.body.indexOf(place) + place.length)
  const start = tokenizer.encode(before, false)
  const both = tokenizer.encode(before + answer, false)
  return commonPrefix([both, start]) === start.length ? both.slice(start.length) : tokenizer.encode(answer, false)
}

/** The token that ends an answer. */
export const endOfAnswer = (tokenizer: Tokenizer, template: Template): number =>
  template.kind === 'chat' ? tokenizer.endOfTurn : tokenizer.eos

/** The row in at most `maxTokens` tokens: the text's end is cut, the template never is. `cut`: how many tokens were removed. */
export function fitRow(
  row: RowTokens,
  maxTokens: number,
): { readonly segments: RowTokens; readonly truncated: number } {
  const textTokens = Math.max(0, maxTokens - row.before.length - row.after.length)
  const truncated = Math.max(0, row.text.length - textTokens)
  return { segments: truncated === 0 ? row : { ...row, text: row.text.slice(0, textTokens) }, truncated }
}

/** The ids with BOS in front, where the model wants it and a chat template has not written it already. */
function withBos({ addBos, bos }: Tokenizer, ids: readonly number[]): readonly number[] {
  return addBos && bos !== undefined && ids[0] !== bos ? [bos, ...ids] : ids
}

/** Text up to and with its last special token, and what follows. */
function splitBehindLast(text: string, specials: readonly string[]): [string, string] {
  const ends = specials.map((special) => {
    const at = text.lastIndexOf(special)
    return at < 0 ? 0 : at + special.length
  })
  const end = Math.max(0, ...ends)
  return [text.slice(0, end), text.slice(end)]
}

/** Text up to its first special token, and the rest with it. */
function splitBeforeFirst(text: string, specials: readonly string[]): [string, string] {
  const starts = specials.map((special) => text.indexOf(special)).filter((at) => at >= 0)
  const start = Math.min(text.length, ...starts)
  return [text.slice(0, start), text.slice(start)]
}
