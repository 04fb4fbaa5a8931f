// Text of somebody's file or model, made harmless for a terminal: no escape sequence of it reaches the terminal as one.

/** Control characters but for tab and line feed, and what turns the direction of the text around it. */
const active = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/gu

const code = (character: string): string => character.charCodeAt(0).toString(16).padStart(4, '0')

/** Characters with an effect of their own become visible: escape is ␛, others such as U+009B are "\u009b". */
export const printable = (text: string): string =>
  text.replace(active, (character) => {
    const at = character.charCodeAt(0)
    return at < 0x20 ? String.fromCharCode(0x2400 + at) : `\\u${code(character)}`
  })

/** JSON of one line in which no such character stands unescaped; it reads the same. */
export const printableJson = (value: unknown): string =>
  JSON.stringify(value).replace(active, (character) => `\\u${code(character)}`)
