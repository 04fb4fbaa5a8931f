// Characters that nobody sees: two texts look the same, and a model reads them differently.

/** What people call them, in the order in which they are listed. */
export const invisibleKinds = [
  'zero-width characters',
  'byte order marks',
  'direction marks',
  'soft hyphens',
  'non-breaking or unusual spaces',
  'control characters',
] as const
export type InvisibleKind = (typeof invisibleKinds)[number]

/** Scripts whose letters change their shape by joiners, and emoji that are made of others by them. */
const joined =
  '\\p{Script=Arab}\\p{Script=Syrc}\\p{Script=Mong}\\p{Script=Deva}\\p{Script=Beng}\\p{Script=Guru}\\p{Script=Gujr}\\p{Script=Orya}\\p{Script=Taml}\\p{Script=Telu}\\p{Script=Knda}\\p{Script=Mlym}\\p{Script=Sinh}\\p{Script=Khmr}\\p{Script=Mymr}\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\uFE0F'
/** Joiners between such letters are part of the spelling, and tags behind a flag are part of it. */
const spelling = `(?<=[${joined}])[\\u200C\\u200D](?=[${joined}])`

const patterns: Readonly<Record<InvisibleKind, string>> = {
  'zero-width characters': '[\\u180E\\u200B-\\u200D\\u2060-\\u2064\\u206A-\\u206F\\u3164\\uFFA0]',
  'byte order marks': '\\uFEFF',
  'direction marks': '[\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069]',
  'soft hyphens': '\\u00AD',
  'non-breaking or unusual spaces': '[\\u00A0\\u1680\\u2000-\\u200A\\u202F\\u205F]',
  'control characters': '[\\0-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F-\\x9F]',
}

const found = new RegExp(`${spelling}|${invisibleKinds.map((kind) => `(${patterns[kind]})`).join('|')}`, 'gu')
/** Most texts have none, and this is quick. */
const maybe = new RegExp(invisibleKinds.map((kind) => patterns[kind]).join('|'), 'u')
const spaces = invisibleKinds.indexOf('non-breaking or unusual spaces')

/** Where each kind stands among the groups of a match; -1 where the match is a joiner that belongs to the spelling. */
const kindOf = (groups: readonly unknown[]): number =>
  groups.slice(0, invisibleKinds.length).findIndex((group) => group !== undefined)

/** The kinds in a text, none twice. */
export function invisibleIn(text: string): ReadonlySet<InvisibleKind> {
  const kinds = new Set<InvisibleKind>()
  if (!maybe.test(text)) return kinds
  for (const [, ...groups] of text.matchAll(found)) {
    const kind = invisibleKinds[kindOf(groups)]
    if (kind) kinds.add(kind)
  }
  return kinds
}

/** The text without them; unusual spaces become usual ones. */
export const visible = (text: string): string =>
  maybe.test(text)
    ? text.replace(found, (all, ...groups: unknown[]) => {
        const kind = kindOf(groups)
        return kind < 0 ? all : kind === spaces ? ' ' : ''
      })
    : text
