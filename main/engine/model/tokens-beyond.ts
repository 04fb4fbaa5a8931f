// Tokens whose ids lie beyond the embedding: the network could not read them.
import { studioError } from '../../contract/errors/index.ts'
import type { TokenizerFiles } from '../../contract/model.ts'
import { partsOf } from '../tokens/parts.ts'

/**
 * The tokenizer without special tokens beyond `vocab` that no text can turn into, such as Gemma's token for an image.
 * Throws tokens/beyond for any other token beyond it, and the errors of a malformed tokenizer.
 */
export function withoutTokensBeyond(files: TokenizerFiles, vocab: number): TokenizerFiles {
  const { vocab: ids, added } = partsOf(files)
  const chat = JSON.stringify(files.config['chat_template'] ?? '')
  const beyond = added.filter(({ id }) => id >= vocab)
  const contents = new Set(beyond.map(({ content }) => content))
  const needed =
    beyond.find(({ special, content }) => !special || chat.includes(JSON.stringify(content).slice(1, -1)))?.content ??
    Object.keys(ids).find((content) => (ids[content] ?? 0) >= vocab && !contents.has(content))
  if (needed !== undefined) throw studioError('tokens/beyond', needed, vocab)
  if (beyond.length === 0) return files
  const model = files.tokenizer['model'] as Readonly<Record<string, unknown>>
  const known = Object.fromEntries(Object.entries(ids).filter(([content]) => !contents.has(content)))
  const kept = (files.tokenizer['added_tokens'] as { id: number }[]).filter(({ id }) => id < vocab)
  return { ...files, tokenizer: { ...files.tokenizer, model: { ...model, vocab: known }, added_tokens: kept } }
}
