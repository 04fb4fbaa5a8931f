// The turns of a conversation, out of a cell that holds them as JSON: OpenAI's messages, or ShareGPT's conversations.
import * as v from 'valibot'

export interface Turn {
  /** 'system', 'user' or 'assistant' where the file's own word means one of them; else that word, as 'tool'. */
  readonly role: string
  readonly text: string
}

/** The words of OpenAI, ShareGPT and what is trained on them. */
const roles: Readonly<Record<string, string>> = {
  developer: 'system',
  human: 'user',
  gpt: 'assistant',
  chatgpt: 'assistant',
  bot: 'assistant',
  model: 'assistant',
  ai: 'assistant',
  function_call: 'assistant',
}

const part = v.looseObject({ type: v.optional(v.string(), 'text'), text: v.optional(v.string()) })
const content = v.nullish(v.union([v.string(), v.array(v.union([v.string(), part]))]))
const message = v.looseObject({ role: v.string(), content })
const said = v.looseObject({ from: v.string(), value: v.nullish(v.string()) })
const turnList = v.pipe(v.array(v.union([message, said])), v.minLength(1))

const speaker = ['tool', 'function', ...Object.keys(roles), ...new Set(Object.values(roles))].join('|')
/** A list whose first object says who speaks; plain values may stand before that in it. */
const firstTurn = new RegExp(
  String.raw`^\[\s*\{(?:[\s,:\w.+-]|"(?:[^"\\]|\\.)*")*?"(?:role|from)"\s*:\s*"(?:${speaker})"`,
  'i',
)

/** Whether a JSON text begins with a list of turns; its end may be cut. */
export const beginsChat = (text: string): boolean => firstTurn.test(text)

/** A list of objects; or, as Parquet stores some, an object of equally long lists. */
function listIn(cell: string): unknown {
  const value = parsed(cell)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const fields = Object.entries(value as Readonly<Record<string, unknown>>)
  const lists = fields.flatMap(([key, list]) =>
    Array.isArray(list) ? [[key, list as readonly unknown[]] as const] : [],
  )
  const length = lists[0]?.[1].length ?? 0
  if (lists.length < fields.length || lists.some(([, list]) => list.length !== length)) return undefined
  return Array.from({ length }, (_, i) => Object.fromEntries(lists.map(([key, list]) => [key, list[i]])))
}

/** Undefined where the cell holds no turns. Sources: OpenAI's fine-tuning guide; FastChat, data_cleaning.md (ShareGPT). */
export function turnsOf(cell: string): readonly Turn[] | undefined {
  if (!/^\s*(?:\[\s*\{|\{\s*"\w+"\s*:\s*\[)/.test(cell)) return undefined
  const list = v.safeParse(turnList, listIn(cell))
  if (!list.success) return undefined
  return list.output.map((turn) =>
    'role' in turn
      ? { role: roleOf(turn.role as string), text: textOf(turn as v.InferOutput<typeof message>) }
      : { role: roleOf(turn.from), text: turn.value ?? '' },
  )
}

function parsed(cell: string): unknown {
  try {
    return JSON.parse(cell)
  } catch {
    // It is a text that begins like JSON.
    return undefined
  }
}

function roleOf(word: string): string {
  const plain = word.trim().toLowerCase()
  return Object.hasOwn(roles, plain) ? (roles[plain] ?? plain) : plain
}

/** A part that is no text, as a picture, is named in brackets; a call of tools stands for a message without content. */
function textOf(turn: v.InferOutput<typeof message>): string {
  const { content: given } = turn
  const text = Array.isArray(given)
    ? given.map((each) => (typeof each === 'string' ? each : (each.text ?? `[${each.type}]`))).join('\n')
    : (given ?? '')
  const calls = turn['tool_calls'] ?? turn['function_call']
  return text === '' && calls !== undefined && calls !== null ? JSON.stringify(calls) : text
}

/** Who speaks in what is written as one reads it: other words before a colon may be a text's own. */
const speakers = /(?:^|\n)(user|assistant|tool|function|observation|ipython): /g

/** The turns that `written` has written; what stands before the first speaker is the user's. */
export function turnsIn(text: string): readonly Turn[] {
  const found = [...text.matchAll(speakers)]
  const isLed = text === '' || (found[0]?.index === 0 && !text.startsWith('\n'))
  const turns = found.map((match, i) => ({
    role: match[1] ?? '',
    text: text.slice(match.index + match[0].length, found[i + 1]?.index),
  }))
  return isLed ? turns : [{ role: 'user', text: text.slice(0, found[0]?.index) }, ...turns]
}

/** Turns as one reads them: each begins with who speaks. */
export const written = (turns: readonly Turn[]): string => turns.map(({ role, text }) => `${role}: ${text}`).join('\n')
