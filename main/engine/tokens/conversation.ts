// Encodes a conversation through the model's chat template: what people typed is never read as one of the model's special tokens.
import { StudioError, studioError } from '../../contract/errors/index.ts'
import type { TokenizerFiles } from '../../contract/model.ts'
import { type Message, renderConversation } from './chat.ts'
import type { Tokenizer } from './tokenizer.ts'

/** Stands for a message while the template is rendered: characters of no language, which no template changes. */
const FIRST = 0xe100
const holeOf = (index: number): string => `\uF8FE${String.fromCharCode(FIRST + index)}\uF8FE`
const holes = /\uF8FE([\uE100-\uF8FD])\uF8FE/

/** Messages at most: each has a character of its own. */
const MOST = 1000

/**
 * Ids up to where the model answers. `thinking` false: the answer begins at once, in templates with `enable_thinking`.
 * Errors: 'tokens/no-chat-template', 'tokens/chat-template'.
 */
export function encodeConversation(
  tokenizer: Tokenizer,
  files: TokenizerFiles,
  given: readonly Message[],
  thinking?: boolean,
): number[] {
  if (given.length > MOST) throw studioError('tokens/chat-template', `it takes at most ${String(MOST)} messages`)
  const { messages, text, spaced } = withRolesOf(files, given, thinking)
  /** A message as the template has it: some trim it. */
  const contentOf = (index: number): string => {
    const { content = '' } = messages[index] ?? {}
    const start = spaced.includes(` ${holeOf(index)}`) ? content : content.trimStart()
    return spaced.includes(`${holeOf(index)} `) ? start : start.trimEnd()
  }
  const ids: number[] = []
  let data = ''
  const flush = (): void => {
    ids.push(...tokenizer.encode(data, ids.length === 0))
    data = ''
  }
  // Pieces of the template and numbers of messages take turns.
  text.split(holes).forEach((piece, i) => {
    if (i % 2 === 1) {
      data += contentOf(piece.charCodeAt(0) - FIRST)
      return
    }
    for (const part of partsAt(piece, tokenizer.specials)) {
      if (!tokenizer.specials.includes(part)) data += part
      else {
        flush()
        ids.push(...tokenizer.encodeTemplate(part))
      }
    }
  })
  flush()
  const { addBos, bos } = tokenizer
  return addBos && bos !== undefined && ids[0] !== bos ? [bos, ...ids] : ids
}

interface WithHoles {
  readonly messages: readonly Message[]
  /** The template's text, in which a hole stands for each message. */
  readonly text: string
  /** The same with a space on both sides of each hole that the template does not trim. */
  readonly spaced: string
}

/** The conversation in the roles that the template knows: without a system role, its user says what the system does. */
function withRolesOf(files: TokenizerFiles, messages: readonly Message[], thinking: boolean | undefined): WithHoles {
  const system = messages.flatMap(({ role }, i) => (role === 'system' ? [holeOf(i)] : []))
  if (system.length === 0) return withHoles(files, messages, thinking)
  try {
    const found = withHoles(files, messages, thinking)
    // Some templates leave it out without a word.
    if (system.every((hole) => found.text.includes(hole))) return found
  } catch (error) {
    if (!(error instanceof StudioError)) throw error
  }
  return withHoles(files, withoutSystem(messages), thinking)
}

function withHoles(files: TokenizerFiles, messages: readonly Message[], thinking: boolean | undefined): WithHoles {
  const renderedWith = (space: string): string =>
    renderConversation(
      files,
      messages.map((message, i) => ({ ...message, content: space + holeOf(i) + space })),
      thinking,
    )
  return { messages, text: renderedWith(''), spaced: renderedWith(' ') }
}

/** The system's messages at the start of the user's first one. */
function withoutSystem(messages: readonly Message[]): Message[] {
  const system = messages.filter(({ role }) => role === 'system')
  const others = messages.filter(({ role }) => role !== 'system')
  const first = others.findIndex(({ role }) => role === 'user')
  const content = [...system, ...others.slice(first, first + 1)].map((each) => each.content).join('\n\n')
  const user: Message = { role: 'user', content }
  return first < 0 ? [user, ...others] : others.with(first, user)
}

/** The text in pieces: each special token is one, and what stands between them. */
function partsAt(text: string, specials: readonly string[]): string[] {
  const parts: string[] = []
  for (let at = 0; at < text.length;) {
    const next = specials
      .map((special) => ({ special, at: text.indexOf(special, at) }))
      .filter((found) => found.at >= 0)
      // The longest comes first, and stays so among those that begin at one place.
      .sort((a, b) => a.at - b.at)[0]
    const end = next?.at ?? text.length
    if (end > at) parts.push(text.slice(at, end))
    if (next) parts.push(next.special)
    at = end + (next?.special.length ?? 0)
  }
  return parts
}
