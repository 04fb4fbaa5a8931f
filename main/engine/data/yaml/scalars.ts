// YAML's scalars in plain words, in single and in double quotes, over one line or several. Source: YAML 1.2.2, chapter 7.

/** Lines, and the number of the one at hand. */
export interface Source {
  readonly lines: string[]
  at: number
}

export const malformed = (what: string): Error => new SyntaxError(`This is not read as YAML: ${what.slice(0, 80)}`)

/** What begins neither a plain scalar nor a plain key. */
const indicator = /^(?:[[\]{}&*!|>%@`,#]|[-?:](?:\s|$))/

/** The scalar whose `text` begins on the line at hand; its other lines are indented more than `parent`. Error: SyntaxError. */
export function readScalar(source: Source, text: string, parent: number): string {
  if (text.startsWith("'") || text.startsWith('"')) return readQuoted(source, text)
  if (indicator.test(text)) throw malformed(text)
  const said: string[] = []
  for (let line: string | undefined = text; line !== undefined; line = nextOf(source, parent)) {
    const comment = line.search(/\s#/)
    said.push((comment < 0 ? line : line.slice(0, comment)).trim())
    source.at++
    if (comment >= 0) break
  }
  while (said.at(-1) === '') said.pop()
  return folded(said)
}

/** The line at hand, where it goes on with a plain scalar. */
function nextOf({ lines, at }: Source, parent: number): string | undefined {
  const line = lines[at]
  if (line === undefined || /^\s*#/.test(line)) return undefined
  const text = line.trimStart()
  if (text === '') return ''
  if (line.length - text.length <= parent) return undefined
  if (keyIn(text)) throw malformed(text)
  return text
}

function readQuoted(source: Source, begin: string): string {
  const quote = begin.charAt(0)
  const said: string[] = []
  for (let text = begin.slice(1); ; text = source.lines[source.at] ?? '') {
    if (source.at >= source.lines.length) throw malformed('a quote that does not end')
    source.at++
    const end = endOf(text, quote)
    said.push(end < 0 ? text : text.slice(0, end))
    if (end < 0) continue
    if (!/^\s*(?:\s#.*)?$/.test(text.slice(end + 1))) throw malformed(text)
    return said.length === 1 ? unquoted(said[0] ?? '', quote) : unquoted(foldedIn(said, quote), quote)
  }
}

/** The key that a line begins with, and what stands behind its colon: '' for nothing, and for a comment. */
export function keyIn(text: string): { readonly key: string; readonly value: string } | undefined {
  const quote = text.charAt(0)
  const isQuoted = quote === "'" || quote === '"'
  if (!isQuoted && indicator.test(text)) return undefined
  const end = isQuoted ? endOf(text.slice(1), quote) + 2 : text.search(/:(?:\s|$)/)
  if (isQuoted ? end < 2 : end < 0) return undefined
  const rest = text.slice(end).trimStart()
  if (!/^:(?:\s|$)/.test(rest)) return undefined
  const key = text.slice(0, end)
  if (!isQuoted && /\s#/.test(key)) return undefined
  const value = rest.slice(1).trim()
  return {
    key: isQuoted ? unquoted(key.slice(1, -1), quote) : key.trimEnd(),
    value: value.startsWith('#') ? '' : value,
  }
}

/** The place of the quote that ends a scalar; -1 where it goes on. */
function endOf(text: string, quote: string): number {
  for (let i = 0; i < text.length; i++)
    if (quote === '"' && text[i] === '\\') i++
    else if (text[i] === quote) {
      if (quote === '"' || text[i + 1] !== quote) return i
      i++
    }
  return -1
}

/** A break between lines is a space; an empty line is a break. */
function folded(said: readonly string[]): string {
  let text = said[0] ?? ''
  let breaks = 0
  for (const [i, line] of said.entries()) {
    if (i === 0) continue
    if (line === '' && i < said.length - 1) breaks++
    else {
      text += (breaks > 0 ? '\n'.repeat(breaks) : ' ') + line
      breaks = 0
    }
  }
  return text
}

/** Spaces around a break do not count; in double quotes, a backslash before it takes it away. */
function foldedIn(said: readonly string[], quote: string): string {
  const whole: string[] = []
  let goesOn = false
  for (const [i, raw] of said.entries()) {
    const isLast = i === said.length - 1
    const begun = i === 0 ? raw : raw.trimStart()
    const isEscaped = quote === '"' && !isLast && /(?:^|[^\\])(?:\\\\)*\\$/.test(begun)
    const line = isEscaped ? begun.slice(0, -1) : isLast ? begun : begun.trimEnd()
    if (goesOn) whole.push(`${whole.pop() ?? ''}${line}`)
    else whole.push(line)
    goesOn = isEscaped
  }
  return folded(whole)
}

const escape = /\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^]?)/g

const escapes: Readonly<Record<string, string>> = {
  ...{ '0': '\0', a: '\x07', b: '\b', t: '\t', '\t': '\t', n: '\n', v: '\v', f: '\f', r: '\r', e: '\x1b' },
  ...{ ' ': ' ', '"': '"', '/': '/', '\\': '\\', N: '\x85', _: '\xa0', L: '\u2028', P: '\u2029' },
}

function unquoted(inner: string, quote: string): string {
  if (quote === "'") return inner.replaceAll("''", "'")
  return inner.replace(escape, (all: string) => {
    const code = all.length > 2 ? Number.parseInt(all.slice(2), 16) : undefined
    const letter = code === undefined ? escapes[all.slice(1)] : code > 0x10ffff ? undefined : String.fromCodePoint(code)
    if (letter === undefined) throw malformed(all)
    return letter
  })
}
