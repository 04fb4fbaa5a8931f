// Escapes text for HTML.

/** The text as HTML, safe in attributes as well. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0) ?? 0};`)
