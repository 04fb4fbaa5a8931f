// Which of a model's tokens steer it, so that no text of a user's may turn into them.
import type { TokenizerFiles } from '../../contract/model.ts'
import type { AddedToken } from './parts.ts'
import { isRecord } from './record.ts'

/** Tokens that end a turn of a chat, in the families we run. */
export const turnEnds = ['<|im_end|>', '<end_of_turn>', '<|eot_id|>', '<|end|>']

/** Tokens that end a text. */
export const textEnds = ['<|endoftext|>', '<|end_of_text|>', '</s>', '<eos>']

const starts = ['<start_of_turn>', '<s>', '<bos>', '[INST]', '[/INST]']
const known = new Set([...turnEnds, ...textEnds, ...starts])

/**
 * The tokens marked as special, and those that files leave unmarked although they steer: named in the configuration,
 * spelled like `<|…|>`, or written by the chat template itself. Longest first.
 */
export function specialTokens({ config }: TokenizerFiles, added: readonly AddedToken[]): readonly AddedToken[] {
  const named = new Set(namedTokens(config))
  const chat = JSON.stringify(config['chat_template'] ?? '')
  const steers = ({ special, content }: AddedToken): boolean =>
    special ||
    known.has(content) ||
    named.has(content) ||
    /^<\|.*\|>$/s.test(content) ||
    (/^[<[].+[>\]]$/s.test(content) && chat.includes(content))
  return added.filter(steers).sort((a, b) => b.content.length - a.content.length)
}

/** What tokenizer_config.json calls a token: its text, or an object that holds it. */
export function tokenText(value: unknown): string | undefined {
  const content = isRecord(value) ? value['content'] : value
  return typeof content === 'string' ? content : undefined
}

function namedTokens(config: TokenizerFiles['config']): string[] {
  const more = config['additional_special_tokens']
  const values = ['bos_token', 'eos_token', 'unk_token', 'pad_token'].map((name) => config[name])
  return [...values, ...(Array.isArray(more) ? (more as unknown[]) : [])].flatMap((value) => tokenText(value) ?? [])
}
