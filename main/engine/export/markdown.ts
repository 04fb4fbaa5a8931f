// Text as Markdown that shows it and does nothing else: names and labels come from files and data of anybody.

/** Characters that could begin markup in Markdown or HTML, as entities: a viewer shows the characters themselves. */
const markup = /[&<>`*_[\]{}()#+\-.!|~$:@\\"']/g
/** Control characters, line ends and marks that turn the direction of text. */
const invisible = /[\p{Cc}\p{Zl}\p{Zp}\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]+/gu

const asEntity = (character: string): string => `&#${String(character.codePointAt(0) ?? 0)};`

/** One line of plain text: no link, image, HTML, heading, table cell or list can begin in it. */
export const plainText = (text: string): string => text.replace(invisible, ' ').trim().replace(markup, asEntity)

/** Text as code, exactly as it is but for what would end the code; JSON's own escapes stand for what cannot be seen. */
export function code(text: string): string {
  const shown = JSON.stringify(text).replace(invisible, (some) =>
    Array.from(some, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`).join(''),
  )
  const runs = shown.match(/`+/g) ?? []
  const fence = '`'.repeat(1 + Math.max(0, ...runs.map(({ length }) => length)))
  return `${fence} ${shown} ${fence}`
}
