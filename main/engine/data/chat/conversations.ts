// Chats as lists of turns in one column, or in one of prompts and one of completions: the last answer is what is learned.
import { createPlaces } from '../places.ts'
import { grouped } from '../../../contract/words/counts.ts'
import { chatColumns, othersOf, placeOf } from './columns.ts'
import type { Recogniser, Rows } from './shape.ts'
import { type Turn, turnsOf, written } from './turns.ts'

/** Columns that hold a whole conversation, the likeliest first; `chosen` is the better one of two. */
const wholeNames = ['messages', 'conversations', 'conversation', 'chat', 'dialog', 'dialogue', 'turns']
const answerNames = ['completion', 'chosen', 'response']

export const conversations: Recogniser = (columns, rows) => {
  const from = sourceOf(columns, rows)
  if (!from) return undefined
  const systemAt = placeOf(columns, 'system')
  const others = othersOf(columns, systemAt < 0 ? from : [...from, systemAt])
  const unanswered = createPlaces()
  const goOn = createPlaces()
  const { system, earlier, user, assistant } = chatColumns
  return {
    name: rows.some((cells) => /"from"\s*:/.test(cells[from[0] ?? 0] ?? '')) ? 'sharegpt' : 'messages',
    columns: [system, earlier, user, assistant, ...others.names],
    cells: (cells, row) => {
      const turns = from.map((at) => turnsOf(cells[at] ?? ''))
      if (turns.includes(undefined)) return 'it holds no turns of a chat'
      const chat = splitTurns(turns.flatMap((some) => some ?? []))
      if (chat.assistant === '') unanswered.see(row)
      if (chat.goesOn) goOn.see(row)
      const said = chat.system === '' ? (cells[systemAt] ?? '') : chat.system
      return [said, chat.earlier, chat.user, chat.assistant, ...others.places.map((at) => cells[at] ?? '')]
    },
    notes: () => [
      'Each chat is split: its last answer is in “assistant”, the question before it in “user”, what came earlier in “earlier turns”.',
      ...(unanswered.count === 0
        ? []
        : [`${chats(unanswered.count)} without an answer, so that “assistant” is empty: ${unanswered.words()}.`]),
      ...(goOn.count === 0
        ? []
        : [
            `${goOn.count === 1 ? '1 chat goes' : `${grouped(goOn.count)} chats go`} on behind the last answer, which is left out: ${goOn.words()}.`,
          ]),
    ],
  }
}

const chats = (count: number): string => (count === 1 ? '1 chat is' : `${grouped(count)} chats are`)

/** The columns that turns are in, one behind the other: one of whole chats, else prompts and their answers. */
function sourceOf(columns: readonly string[], rows: Rows): readonly number[] | undefined {
  const hasTurns = (at: number): boolean => at >= 0 && mostAreTurns(rows.map((cells) => cells[at] ?? ''))
  const whole = wholeNames.map((name) => placeOf(columns, name)).find(hasTurns)
  if (whole !== undefined) return [whole]
  const answer = answerNames.map((name) => placeOf(columns, name)).find(hasTurns)
  const prompt = placeOf(columns, 'prompt')
  if (answer !== undefined) return hasTurns(prompt) ? [prompt, answer] : [answer]
  return hasTurns(prompt) ? [prompt] : undefined
}

function mostAreTurns(cells: readonly string[]): boolean {
  const filled = cells.filter((cell) => cell.trim() !== '')
  return filled.length > 0 && filled.filter((cell) => turnsOf(cell) !== undefined).length * 2 > filled.length
}

interface Split {
  readonly system: string
  readonly earlier: string
  readonly user: string
  readonly assistant: string
  /** Whether turns follow the last answer. */
  readonly goesOn: boolean
}

/**
 * The last answer; the last question before it, with what tools said in between; and what came earlier. Without any
 * answer, the last question is the user's.
 */
export function splitTurns(all: readonly Turn[]): Split {
  const turns = all.filter(({ role }) => role !== 'system')
  const answered = turns.findLastIndex(({ role }) => role === 'assistant')
  const before = answered < 0 ? turns : turns.slice(0, answered)
  const asked = before.findLastIndex(({ role }) => role === 'user')
  const [question, ...between] = before.slice(Math.max(0, asked))
  return {
    system: all
      .filter(({ role }) => role === 'system')
      .map(({ text }) => text)
      .join('\n\n'),
    earlier: asked < 0 ? '' : written(before.slice(0, asked)),
    user: question ? [question.text, ...(between.length > 0 ? [written(between)] : [])].join('\n') : '',
    assistant: turns[answered]?.text ?? '',
    goesOn: answered >= 0 && answered < turns.length - 1,
  }
}
