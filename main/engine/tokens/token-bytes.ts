// The bytes of tokens: what each adds to a text, where a token may be part of a character or more than one.
import type { AddedToken, TokenizerParts } from './parts.ts'
import { isRecord } from './record.ts'
import { metaspace } from './splitters.ts'

type Spelled = (content: string) => Uint8Array

const encoder = new TextEncoder()

/** By their ids; undefined for special tokens, and for ids that no token has. */
export function tokenBytes(
  { vocab, added, json }: TokenizerParts,
  specials: readonly AddedToken[],
): (Uint8Array | undefined)[] {
  const spelled = spellingOf(stepsOf(json['decoder']))
  const bytes: (Uint8Array | undefined)[] = []
  for (const [content, id] of Object.entries(vocab)) bytes[id] = spelled(content)
  // Added tokens stand in a text as they are.
  for (const { content, id } of added) bytes[id] = encoder.encode(content)
  for (const { id } of specials) bytes[id] = undefined
  return bytes
}

type Step = Readonly<Record<string, unknown>>

/** A decoder's steps, those of sequences within each other one after the other. */
const stepsOf = (decoder: unknown): Step[] =>
  !isRecord(decoder) ? [] : Array.isArray(decoder['decoders']) ? decoder['decoders'].flatMap(stepsOf) : [decoder]

/** How a vocabulary spells bytes. What a decoder does at a text's start only is left out. */
function spellingOf(steps: readonly Step[]): Spelled {
  if (steps.some(({ type }) => type === 'ByteLevel')) return (content) => Uint8Array.from(content, byteOf)
  const hasBytes = steps.some(({ type }) => type === 'ByteFallback')
  const replaced = steps.flatMap((step): [string, string][] => {
    if (step['type'] === 'Metaspace') return [[String(step['replacement'] ?? metaspace), ' ']]
    const pattern = isRecord(step['pattern']) ? step['pattern']['String'] : undefined
    return step['type'] === 'Replace' && typeof pattern === 'string' ? [[pattern, String(step['content'])]] : []
  })
  return (content) => {
    const byte = hasBytes ? /^<0x([0-9A-F]{2})>$/.exec(content)?.[1] : undefined
    if (byte !== undefined) return Uint8Array.of(Number.parseInt(byte, 16))
    return encoder.encode(replaced.reduce((text, [from, to]) => text.replaceAll(from, to), content))
  }
}

/** Characters of the byte-level alphabet that are the byte of their own number (GPT-2, Radford et al. 2019). */
const isOwn = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff)

/** The other bytes in their order are the characters from 256 on. */
const others = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !isOwn(byte))

const byteOf = (character: string): number => {
  const code = character.codePointAt(0) ?? 0
  return code < 256 ? code : (others[code - 256] ?? 0)
}
