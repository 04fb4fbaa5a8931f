// Words of texts in any script, for metrics that compare answers word by word and for bags of words.

/** Format characters, tatweel, and the vowel signs of Arabic and Hebrew, which writers leave out at will. */
const optional =
  /[\p{Cf}\u0640\u0610-\u061A\u064B-\u0652\u0670\u06D6-\u06DC\u06DF-\u06E8\u06EA-\u06ED\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7]/gu

/** A capital dotted I in lower case: i with a dot above. */
const dottedI = /i\u0307/g
/** Sigma at the end of a Greek word, which capitals do not tell apart. */
const finalSigma = /ς/g

/**
 * Text without differences of encoding, width and case: NFKC, lower case, no optional signs. Letters stay apart where
 * languages tell them apart: ö is not o, ß is not ss.
 */
export const folded = (text: string): string =>
  text.normalize('NFKC').replace(optional, '').toLowerCase().replace(dottedI, 'i').replace(finalSigma, 'σ')

/** Scripts written without spaces in which each character is a word here, as MLQA's evaluation has it for Chinese. */
const byCharacter = String.raw`\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}\p{sc=Yi}`
/** Scripts written without spaces whose words only a dictionary tells (Unicode Standard Annex 29; ICU brings it). */
const byDictionary = String.raw`\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}`

const unspaced = new RegExp(`[${byCharacter}${byDictionary}]`, 'u')
const pieces = new RegExp(`[${byDictionary}]+|[${byCharacter}]\\p{M}*|[^${byCharacter}${byDictionary}]+`, 'gu')
const fromDictionary = new RegExp(`^[${byDictionary}]`, 'u')

/** Made when first needed: it loads the dictionaries. */
let segmenter: Intl.Segmenter | undefined

function dictionaryWords(text: string): string[] {
  segmenter ??= new Intl.Segmenter('th', { granularity: 'word' })
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** The words of a text without white space: itself where its script parts words by spaces. */
export const wordsWithin = (text: string): string[] =>
  unspaced.test(text)
    ? (text.match(pieces) ?? []).flatMap((piece) => (fromDictionary.test(piece) ? dictionaryWords(piece) : [piece]))
    : [text]

/** The words of a text, folded: runs of letters, marks and digits; the characters themselves where it has none of these. */
export function foldedWords(text: string): string[] {
  const plain = folded(text)
  const runs = plain.match(/[\p{L}\p{M}\p{N}]+/gu)
  return runs ? runs.flatMap(wordsWithin) : (plain.match(/\S/gu) ?? [])
}
