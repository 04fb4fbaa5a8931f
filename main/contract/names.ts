// The one rule for names of models, runs, sweeps, prompts, data sets and exported files: what every system can show and store.

/** Graphemes of a name at most: what a person counts as characters. */
const maxGraphemes = 80
/** UTF-8 bytes of a file's name at most on every system, with room for an ending. */
const maxFileBytes = 200
/** A grapheme may have any number of marks. */
const maxUnits = 1000

/** Characters that some system forbids in the name of a file. */
const forbidden = /[<>:"/\\|?*]/u
/** Joiners and forms of emoji: several scripts are written with them, but they are nothing by themselves. */
const joiners = '\\u200c\\u200d\\ufe0e\\ufe0f'
/** Characters that nobody sees: controls, directions, separators of lines, fillers, halves of pairs, non-characters. */
const invisible = new RegExp(
  `[\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Noncharacter_Code_Point}\\u2800\\ufff9-\\ufffb]|(?![${joiners}])\\p{Default_Ignorable_Code_Point}`,
  'u',
)
const isEmpty = (name: string): boolean => new RegExp(`^[\\s${joiners}]*$`, 'u').test(name)
const all = (one: RegExp): RegExp => new RegExp(one, 'gu')

/** Names of devices on Windows, whatever ending they have. */
export const device = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)/iu

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Bytes in UTF-8. */
const bytesOf = (text: string): number =>
  [...text].reduce((sum, one) => sum + (one.length === 2 ? 4 : one < '\u0080' ? 1 : one < '\u0800' ? 2 : 3), 0)

/** Why the text cannot be a name, to stand behind "name: "; undefined = it can. Spaces around it do not count. */
export function faultOfName(text: string): string | undefined {
  const name = text.trim()
  if (isEmpty(name)) return 'a name has at least one character'
  if (isTooLong(name)) return `a name has at most ${String(maxGraphemes)} characters`
  if (invisible.test(name)) return 'a name has no invisible characters, such as line breaks or marks of direction'
  const character = forbidden.exec(name)?.[0]
  if (character !== undefined) return `a name has no ${character}, which some systems forbid`
  if (name.endsWith('.')) return 'a name does not end with a dot'
  if (device.test(name)) return `"${name}" is the name of a device on Windows; choose another name`
  return undefined
}

const isTooLong = (name: string): boolean =>
  name.length > maxUnits || (name.length > maxGraphemes && [...graphemes.segment(name)].length > maxGraphemes)

/** A name as it is stored: equal letters have equal codes. */
export const tidyName = (name: string): string => name.normalize('NFC').trim()

/** The text as a name, changed where the rule wants it; `otherwise` where nothing is left. */
export function fittingName(text: string, otherwise: string): string {
  const visible = text.normalize('NFC').replace(all(invisible), ' ').replace(/\s+/gu, ' ')
  const name = shortened(visible.replace(all(forbidden), '_').trim(), maxGraphemes)
  if (isEmpty(name)) return otherwise
  return device.test(name) ? `_${name}`.slice(0, maxUnits) : name
}

/** At most so many graphemes, and no dot or space at the end. */
function shortened(name: string, most: number): string {
  let kept = ''
  let count = 0
  for (const { segment } of graphemes.segment(name.slice(0, 4 * maxUnits))) {
    if (++count > most || kept.length + segment.length > maxUnits) break
    kept += segment
  }
  return kept.replace(/[.\s]+$/u, '')
}

/** The name, or the first of "name 2", "name 3" … that is free. */
export function distinctName(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name
  for (let number = 2; ; number++) {
    const ending = ` ${String(number)}`
    const other = shortened(name, maxGraphemes - ending.length) + ending
    if (!isTaken(other)) return other
  }
}

/** The name of a file with this ending (".zip"), which every system can write, whatever the name is. */
export function fileName(name: string, ending: string): string {
  let stem = ''
  let bytes = 0
  for (const { segment } of graphemes.segment(fittingName(name, 'unnamed'))) {
    bytes += bytesOf(segment)
    if (bytes > maxFileBytes) break
    stem += segment
  }
  return `${stem.replace(/[.\s]+$/u, '') || 'unnamed'}${ending}`
}

/** Endings of model files; what else follows a dot belongs to the name, as in "Qwen2.5-0.5B". */
const modelEnding = /\.(gguf|safetensors|bin)$/iu

/** A model's name from where it lies: that of the file, the folder, or the repository that the Hub's cache keeps it for. */
export function modelNameOf(path: string): string {
  const parts = path.split(/[\\/]+/u).filter((part) => part !== '' && part !== '.')
  const cached = parts.findLast((part) => /^models--./u.test(part))
  const inCache = cached !== undefined && (parts.at(-1) === cached || parts.includes('snapshots'))
  const isPlain = /^(model|config|tokenizer|pytorch_model)[^/]*\.(safetensors|json)$/iu.test(parts.at(-1) ?? '')
  const last = (inCache ? cached.split('--').at(-1) : parts.at(isPlain ? -2 : -1)) ?? ''
  const stem = last
    .replace(modelEnding, '')
    .replace(/-\d{5}-of-\d{5}$/u, '')
    // The blobs of Ollama are called by their digest.
    .replace(/^(sha256[-:][0-9a-f]{12})[0-9a-f]+$/u, '$1')
  return fittingName(stem, 'model')
}
