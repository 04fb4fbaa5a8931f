// The Markdown of our own cards, for showing: headings, paragraphs, lists, tables, code.

export interface Inline {
  readonly kind: 'text' | 'code' | 'strong'
  readonly text: string
}

type Words = readonly Inline[]

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly parts: Words }
  | { readonly kind: 'paragraph'; readonly parts: Words }
  | { readonly kind: 'list'; readonly items: readonly Words[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'table'; readonly head: readonly Words[]; readonly rows: readonly (readonly Words[])[] }

/** Names and labels have entities for whatever could be Markdown; a hash is shown by its beginning. */
const shown = (text: string): string =>
  text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1…')

/** Code in any number of backticks, and strong words. */
const inline = /(`+)([\s\S]*?[^`])\1(?!`)|\*\*([^*]+)\*\*/g

function wordsOf(text: string): Words {
  const parts: Inline[] = []
  let at = 0
  for (const found of text.matchAll(inline)) {
    if (found.index > at) parts.push({ kind: 'text', text: shown(text.slice(at, found.index)) })
    const [whole, , code, strong] = found
    parts.push(
      code === undefined
        ? { kind: 'strong', text: shown(strong ?? '') }
        : { kind: 'code', text: code.replace(/^ (.*[^ ].*) $/, '$1') },
    )
    at = found.index + whole.length
  }
  if (at < text.length) parts.push({ kind: 'text', text: shown(text.slice(at)) })
  return parts
}

/** Pipes within cells are entities. */
const cellsOf = (line: string): Words[] =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => wordsOf(cell.trim()))

const isItem = (line: string): boolean => /^[-*] /.test(line)
const isTable = (line: string): boolean => line.startsWith('|')

export function blocksOf(text: string): Block[] {
  const lines = text.split('\n')
  const blocks: Block[] = []
  const take = (test: (line: string) => boolean): string[] => {
    const taken: string[] = []
    for (let line = lines[0]; line !== undefined && test(line); line = lines[0]) {
      taken.push(line)
      lines.shift()
    }
    return taken
  }
  while (lines.length > 0) {
    const line = lines[0] ?? ''
    const heading = /^(#+) (.*)$/.exec(line)
    const fence = /^(```+|~~~+)/.exec(line)?.[1]
    if (heading) {
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, parts: wordsOf(heading[2] ?? '') })
      lines.shift()
    } else if (fence !== undefined) {
      lines.shift()
      blocks.push({ kind: 'code', text: take((each) => !each.startsWith(fence)).join('\n') })
      lines.shift()
    } else if (isTable(line)) {
      const [head = '', , ...rows] = take(isTable)
      blocks.push({ kind: 'table', head: cellsOf(head), rows: rows.map(cellsOf) })
    } else if (isItem(line)) {
      blocks.push({ kind: 'list', items: take(isItem).map((item) => wordsOf(item.slice(2))) })
    } else if (line.trim() === '') lines.shift()
    else {
      const isPlain = (each: string): boolean => each.trim() !== '' && !/^(#+ |```|~~~|\||[-*] )/.test(each)
      blocks.push({ kind: 'paragraph', parts: wordsOf(take(isPlain).join(' ')) })
    }
  }
  return blocks
}
