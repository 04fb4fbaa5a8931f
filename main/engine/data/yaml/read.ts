// Reads YAML's block style as programs write it: mappings, lists, and scalars over one line or several. Source: YAML 1.2.2, chapter 8.
import { keyIn, malformed, readScalar, type Source } from './scalars.ts'

export type Yaml = string | null | readonly Yaml[] | { readonly [key: string]: Yaml }

const maxDepth = 32

/** A line that says something, without its indentation. */
interface Line {
  readonly indent: number
  readonly text: string
}

/**
 * Scalars stay texts, whatever they look like. Error: SyntaxError for what is not well-formed, and for what programs seldom
 * write: anchors, tags, block scalars, and flow style but `[]` and `{}`.
 */
export function readYaml(text: string): Yaml {
  const source: Source = { lines: text.split(/\r\n|\n|\r/), at: 0 }
  const value = node(source, -1, 0)
  const rest = peek(source)
  if (rest) throw malformed(rest.text)
  return value
}

function peek(source: Source): Line | undefined {
  while (/^\s*(?:#|$)/.test(source.lines[source.at] ?? 'x')) source.at++
  const line = source.lines[source.at]
  if (line === undefined) return undefined
  const text = line.trimStart()
  const indent = line.length - text.length
  if (/[^ ]/.test(line.slice(0, indent))) throw malformed(line)
  return { indent, text }
}

const isItem = (text: string): boolean => /^-(?:\s|$)/.test(text)

/** What is indented more than its parent. */
function node(source: Source, parent: number, depth: number): Yaml {
  const line = peek(source)
  if (!line || line.indent <= parent) return null
  if (depth > maxDepth) throw malformed('too deep')
  if (isItem(line.text)) return list(source, line.indent, depth)
  return keyIn(line.text) ? mapping(source, line.indent, depth) : scalar(source, line.text, parent)
}

function list(source: Source, indent: number, depth: number): Yaml {
  const items: Yaml[] = []
  for (let line = peek(source); line?.indent === indent && isItem(line.text); line = peek(source)) {
    // What stands behind the dash is indented by it.
    source.lines[source.at] = `${' '.repeat(indent + 1)}${line.text.slice(1)}`
    items.push(node(source, indent, depth + 1))
  }
  return items
}

function mapping(source: Source, indent: number, depth: number): Yaml {
  const entries: (readonly [string, Yaml])[] = []
  for (let line = peek(source); line?.indent === indent; line = peek(source)) {
    const found = keyIn(line.text)
    if (!found) throw malformed(line.text)
    entries.push([found.key, valueOf(source, found.value, indent, depth + 1)])
  }
  return Object.fromEntries(entries)
}

function valueOf(source: Source, text: string, indent: number, depth: number): Yaml {
  if (text !== '') return scalar(source, text, indent)
  source.at++
  const next = peek(source)
  // A list may stand at the indentation of its key.
  return next?.indent === indent && isItem(next.text) ? list(source, indent, depth) : node(source, indent, depth)
}

function scalar(source: Source, text: string, parent: number): Yaml {
  const empty = /^(\[\]|\{\})\s*(?:\s#.*)?$/.exec(text)?.[1]
  if (empty === undefined) return readScalar(source, text, parent)
  source.at++
  return empty === '[]' ? [] : {}
}
