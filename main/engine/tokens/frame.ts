// What a template puts around a row's text, rendered once for a template and not again for every row.
import { studioError } from '../../contract/errors/index.ts'
import type { TokenizerFiles } from '../../contract/model.ts'
import type { Template } from '../../contract/settings.ts'
import { renderChat } from './chat.ts'

export interface Frame {
  readonly prefix: string
  readonly suffix: string
  /** Whether the template keeps white space at the text's start and end: some trim it. */
  readonly keeps: { readonly start: boolean; readonly end: boolean }
  /** The text as the template renders it. */
  readonly shape: (text: string) => string
}

/** The placeholder of the row's text in a template's body. */
export const place = '{text}'

/** Stands for the row's text while a chat template is rendered: a character of no language, which no template changes. */
const hole = '\uF8FF'

const frames = new WeakMap<TokenizerFiles, Map<string, Frame>>()

/** Error: 'tokens/no-text-in-template'. */
export function partsOfBody(body: string): readonly [before: string, after: string] {
  const [before, after, ...more] = body.split(place)
  if (before === undefined || after === undefined || more.length > 0) throw studioError('tokens/no-text-in-template')
  return [before, after]
}

/** Errors: 'tokens/no-text-in-template', 'tokens/no-chat-template', 'tokens/chat-template'. */
export function frameOf(files: TokenizerFiles, template: Template): Frame {
  const known = frames.get(files) ?? new Map<string, Frame>()
  frames.set(files, known)
  const key = JSON.stringify([template.kind, template.body, template.instruction, template.thinking])
  const frame = known.get(key) ?? makeFrame(files, template)
  known.set(key, frame)
  return frame
}

function makeFrame(files: TokenizerFiles, template: Template): Frame {
  const { kind, body, instruction } = template
  const [before, after] = partsOfBody(body)
  const lead = instruction === '' ? '' : `${instruction}\n`
  if (kind === 'plain') return frame(lead + before, after, { start: true, end: true })
  const [prefix, suffix, ...more] = renderChat(files, template, before + hole + after).split(hole)
  if (prefix === undefined || suffix === undefined || more.length > 0)
    throw studioError('tokens/chat-template', 'it does not repeat the message once')
  const spaced = renderChat(files, template, `${before} ${hole} ${after}`)
  return frame(prefix, suffix, { start: spaced.includes(` ${hole}`), end: spaced.includes(`${hole} `) })
}

function frame(prefix: string, suffix: string, keeps: Frame['keeps']): Frame {
  const start = (text: string): string => (keeps.start ? text : text.trimStart())
  return { prefix, suffix, keeps, shape: (text) => (keeps.end ? start(text) : start(text).trimEnd()) }
}
