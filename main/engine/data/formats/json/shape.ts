// What a JSON text holds, by its beginning: a list, values one after another, a value a line, or an object with rows in it.
import { beginsChat } from '../../chat/turns.ts'
import { parseJson } from './parse.ts'
import type { ListPlace } from './scan.ts'

export type JsonShape =
  | { readonly kind: 'lines' | 'sequence' }
  | ({
      readonly kind: 'list'
      /** The list's key, where it stands within an object. */ readonly key?: string
    } & ListPlace)
  /** One object, whose values are columns or rows: it must be read as a whole. */
  | { readonly kind: 'object' }
  /** Neither a list nor an object. */
  | { readonly kind: 'none' }

/** `isLines`: whether the file says that it has a row a line, so that a line which stands alone is one too. */
export function shapeOf(sample: string, isWhole: boolean, isLines: boolean): JsonShape {
  const begin = sample.length - withoutComments(sample).length
  const first = sample[begin]
  if (first !== '[' && first !== '{') return { kind: 'none' }
  const lines = sample
    .slice(begin)
    .split('\n')
    .filter((line) => line.trim() !== '')
  const [firstLine = '', secondLine = ''] = lines
  const line = valueIn(firstLine.trim().replace(/,$/, ''))
  const isLine = line !== undefined
  const followed = lines.length > 1 && (first === '[' ? /^\[/ : /^[[{]/).test(secondLine.trim())
  if (isLine && followed) return { kind: 'lines' }
  const alone = isLines && isWhole && lines.length === 1 ? line : undefined
  if (first === '[')
    return alone && beginsChat(sample.slice(begin))
      ? { kind: 'lines' }
      : { kind: 'list', ...placeOf(sample, begin, false) }
  const end = endOf(sample, begin)
  if (end < 0) {
    const isSequence = isWhole || /\n\{/.test(sample.slice(begin))
    return listWithin(sample, begin) ?? { kind: isSequence ? 'sequence' : 'object' }
  }
  if (sample.slice(end).replace(/^[\s,]+/, '') !== '') return { kind: isLine ? 'lines' : 'sequence' }
  const within = listWithin(sample, begin) ?? { kind: 'object' }
  return alone && isRow(alone, within) ? { kind: 'lines' } : within
}

/** Whether an object with lists in it is a row: neither stand the rows under a usual key, nor their cells beside `columns`. */
const isRow = (object: object, within: JsonShape): boolean =>
  Object.values(object).some(Array.isArray) &&
  (within.kind === 'list' ? !isUsual(within) : within.kind === 'object' && !('columns' in object))

const withoutComments = (text: string): string => text.replace(/^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/, '')

function valueIn(text: string): object | undefined {
  try {
    const value = parseJson(text)?.value
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    // It is nested too deeply.
    return undefined
  }
}

const placeOf = (sample: string, offset: number, isWithin: boolean): ListPlace => ({
  offset,
  line: sample.slice(0, offset).split('\n').length,
  isWithin,
})

/** Where the value that begins at `begin` ends; -1 where it goes on behind the sample. */
function endOf(sample: string, begin: number): number {
  let depth = 0
  for (const { at, character } of brackets(sample, begin)) {
    depth += '[{'.includes(character) ? 1 : -1
    if (depth === 0) return at + 1
  }
  return -1
}

/** The brackets outside of strings. */
function* brackets(sample: string, begin: number): Generator<{ readonly at: number; readonly character: string }> {
  const pattern = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"?|[[\]{}]/g
  pattern.lastIndex = begin
  for (let found = pattern.exec(sample); found; found = pattern.exec(sample))
    if (!found[0].startsWith('"')) yield { at: found.index, character: found[0] }
}

/** Keys under which a list of rows usually stands. */
const usualKeys = ['data', 'rows', 'examples', 'records', 'items', 'results', 'instances']

const isUsual = ({ key = '' }: Extract<JsonShape, { kind: 'list' }>): boolean => usualKeys.includes(key.toLowerCase())

/**
 * The list of objects or lists that stands within objects only: one under a usual key, else the first. None where the
 * columns' names stand beside it. The turns of a chat are no rows: then the object is one.
 */
function listWithin(sample: string, begin: number): JsonShape | undefined {
  const lists: Extract<JsonShape, { kind: 'list' }>[] = []
  let isChat = false
  let depth = 0
  for (const { at, character } of brackets(sample, begin)) {
    if (character === '[' && depth++ === 0) {
      const key = keyBefore(sample, at)
      if (key === 'columns') return undefined
      if (/^\[\s*[[{]/.test(sample.slice(at, at + 1000)))
        lists.push({ kind: 'list', key, ...placeOf(sample, at, true) })
      isChat ||= beginsChat(sample.slice(at))
    }
    if (character === ']') depth--
  }
  return lists.find(isUsual) ?? (isChat ? { kind: 'sequence' } : lists[0])
}

function keyBefore(sample: string, at: number): string {
  const key = /(?:"([^"]*)"|'([^']*)'|([\p{L}_$][\p{L}\p{N}_$]*))\s*:\s*$/u.exec(
    sample.slice(Math.max(0, at - 200), at),
  )
  return key?.[1] ?? key?.[2] ?? key?.[3] ?? ''
}
