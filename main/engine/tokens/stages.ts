// A tokenizer's stages as our library needs them to give the reference's ids; stages it cannot do are refused by name.
import { studioError } from '../../contract/errors/index.ts'
import { isRecord, nameIn } from './record.ts'
import { gpt2Pattern, metaspace, sequence, splitBy } from './splitters.ts'

type Stage = 'normalizer' | 'pre_tokenizer' | 'post_processor' | 'decoder'
type Part = Readonly<Record<string, unknown>>
type Rewrite = (part: Part) => Part

const same: Rewrite = (part) => part

/** Deeper than any real tokenizer nests its sequences. */
const maxDepth = 8

/** What language models' BPE tokenizers are made of. */
const rewrites: { readonly [S in Stage]: Readonly<Record<string, Rewrite>> } = {
  normalizer: { Replace: same, Prepend: same, Strip: same, NFC: same, NFD: same, NFKC: same, NFKD: same },
  pre_tokenizer: { ByteLevel: byteLevel, Digits: digits, Metaspace: spaced, Split: split },
  post_processor: { ByteLevel: same, TemplateProcessing: same },
  decoder: { ByteLevel: same, ByteFallback: same, Fuse: same, Metaspace: unspaced, Replace: same, Strip: same },
}

/** The name under which a sequence keeps its members. */
const members: { readonly [S in Stage]: string } = {
  normalizer: 'normalizers',
  pre_tokenizer: 'pretokenizers',
  post_processor: 'processors',
  decoder: 'decoders',
}

export const stages = Object.keys(members) as readonly Stage[]

/** One stage of tokenizer.json, null where it has none. Errors: 'tokens/damaged', 'tokens/unsupported'. */
export function stageFor(stage: Stage, value: unknown, depth = 0): Part | null {
  if (value === undefined || value === null) return null
  if (!isRecord(value) || depth > maxDepth) throw studioError('tokens/damaged', `its ${stage} is malformed`)
  if (value['type'] === 'Sequence') {
    const parts = value[members[stage]]
    if (!Array.isArray(parts)) throw studioError('tokens/damaged', `its ${stage} is malformed`)
    const filled = parts.map((part) => stageFor(stage, part, depth + 1)).filter((part) => part !== null)
    return { ...value, [members[stage]]: filled }
  }
  const type = nameIn(value['type'])
  const rewrite = Object.hasOwn(rewrites[stage], type) ? rewrites[stage][type] : undefined
  if (rewrite === undefined) throw studioError('tokens/unsupported', `the ${stage} "${type}"`)
  return rewrite(value)
}

/** The library splits at JavaScript's white space, the reference at Unicode's: the expression is spelled out. */
function byteLevel(part: Part): Part {
  if (part['use_regex'] === false || part['add_prefix_space'] === true) return part
  return sequence(splitBy(gpt2Pattern), { ...part, use_regex: false })
}

/** The library knows ASCII digits only: the expression is spelled out. */
function digits(part: Part): Part {
  return splitBy(part['individual_digits'] === true ? '\\p{N}' : '\\p{N}+')
}

/** The library does not split, and does not know older files' setting for no space in front: both are spelled out. */
function spaced(part: Part): Part {
  const filled = { ...part, prepend_scheme: scheme(part) }
  return part['split'] === false ? filled : sequence(filled, splitBy(`${metaspace}[^${metaspace}]*`))
}

/** The library removes a first space even where none was added: that case is replaced. */
function unspaced(part: Part): Part {
  return scheme(part) === 'never' ? { type: 'Replace', pattern: { String: metaspace }, content: ' ' } : part
}

const scheme = (part: Part): unknown =>
  part['prepend_scheme'] ?? (part['add_prefix_space'] === false ? 'never' : 'always')

/** The library isolates matches or removes them; merging them with a neighbour goes into the expression instead. */
function split(part: Part): Part {
  const behavior = nameIn(part['behavior']).toLowerCase()
  const pattern = isRecord(part['pattern']) ? part['pattern'] : {}
  if (typeof pattern['Regex'] !== 'string' && typeof pattern['String'] !== 'string')
    throw studioError('tokens/damaged', 'its pre_tokenizer is malformed')
  if (behavior === 'isolated' || behavior === 'removed') return part
  const character = pattern['String']
  if (typeof character !== 'string' || !/^[^\\[\]^&-]$/u.test(character) || part['invert'] === true)
    throw studioError('tokens/unsupported', `the way of splitting "${behavior}"`)
  if (behavior === 'mergedwithprevious') return splitBy(`[^${character}]*[${character}]`)
  if (behavior === 'mergedwithnext') return splitBy(`[${character}][^${character}]*`)
  if (behavior === 'contiguous') return splitBy(`[${character}]+`)
  throw studioError('tokens/unsupported', `the way of splitting "${behavior}"`)
}
