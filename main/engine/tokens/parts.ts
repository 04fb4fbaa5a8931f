// Checks a tokenizer's JSON before anything is made of it: what is malformed or unknown is refused by name.
import { studioError } from '../../contract/errors/index.ts'
import type { TokenizerFiles } from '../../contract/model.ts'
import { isRecord, nameIn } from './record.ts'
import { stageFor, stages } from './stages.ts'

export interface AddedToken {
  readonly id: number
  readonly content: string
  readonly special: boolean
}

export interface TokenizerParts {
  /** tokenizer.json as the library wants it: with every part, null where the file leaves it out. */
  readonly json: Readonly<Record<string, unknown>>
  readonly added: readonly AddedToken[]
  readonly vocab: Readonly<Record<string, number>>
  /** The token for characters that the vocabulary lacks. */
  readonly unknown: string | undefined
}

/** More ids than any vocabulary has: an id above would make the library allocate a list of that length. */
const maxIds = 1 << 21

/** Errors: 'tokens/damaged', 'tokens/unsupported'. */
export function partsOf({ tokenizer, config }: TokenizerFiles): TokenizerParts {
  if (!isRecord(tokenizer) || !isRecord(config)) throw damaged('it is not an object')
  const model = tokenizer['model']
  if (!isRecord(model)) throw damaged('it has no model')
  const type = model['type'] ?? 'BPE'
  if (type !== 'BPE') throw studioError('tokens/unsupported', `the algorithm "${nameIn(type)}"`)
  const vocab = vocabularyOf(model['vocab'])
  checkMerges(model['merges'])
  const unknown = typeof model['unk_token'] === 'string' ? model['unk_token'] : undefined
  const filled: Record<string, unknown> = { ...tokenizer }
  for (const stage of stages) filled[stage] = stageFor(stage, tokenizer[stage])
  const added = addedTokens(tokenizer['added_tokens'] ?? [])
  return { json: { ...filled, added_tokens: tokenizer['added_tokens'] ?? [] }, added, vocab, unknown }
}

function vocabularyOf(value: unknown): Record<string, number> {
  if (!isRecord(value)) throw damaged('it has no vocabulary')
  const ids = Object.values(value)
  if (ids.length === 0) throw damaged('its vocabulary is empty')
  if (!ids.every(isId)) throw damaged('its vocabulary holds something that is not an id')
  return value as Record<string, number>
}

function checkMerges(value: unknown): void {
  const isMerge = (merge: unknown): boolean =>
    typeof merge === 'string' ||
    (Array.isArray(merge) && merge.length === 2 && merge.every((m) => typeof m === 'string'))
  if (!Array.isArray(value) || !value.every(isMerge)) throw damaged('its merges are malformed')
}

function addedTokens(value: unknown): AddedToken[] {
  if (!Array.isArray(value)) throw damaged('its added tokens are malformed')
  return value.map((token: unknown) => {
    if (!isRecord(token) || !isId(token['id']) || typeof token['content'] !== 'string' || token['content'] === '')
      throw damaged('an added token is malformed')
    return { id: token['id'] as number, content: token['content'], special: token['special'] === true }
  })
}

const isId = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < maxIds

const damaged = (why: string): Error => studioError('tokens/damaged', why)
