// Whether an answer stands in its text, as whole words.

/** Shorter answers ("no", "7") occur in many texts without being their answer. */
const MIN_CHARACTERS = 3

/** An answer or a text without what makes no difference: case, width, spaces, hyphens. */
export const plainWords = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim()

/** Both as `plainWords` gives them. */
export function standsIn(answer: string, text: string): boolean {
  if (answer.length < MIN_CHARACTERS) return false
  for (let at = text.indexOf(answer); at >= 0; at = text.indexOf(answer, at + 1))
    if (!isWordCharacter(text[at - 1]) && !isWordCharacter(text[at + answer.length])) return true
  return false
}

const isWordCharacter = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}]/u.test(character)
