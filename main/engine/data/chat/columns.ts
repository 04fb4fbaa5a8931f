// The columns that chats are split into, and how a row's parts are put in them.

/** What came before the last question, and what all others are called by the formats themselves. */
export const chatColumns = { system: 'system', earlier: 'earlier turns', user: 'user', assistant: 'assistant' } as const

/** The columns of the table that no part of the chat came from, with their places. */
export function othersOf(columns: readonly string[], used: readonly number[]): { names: string[]; places: number[] } {
  const places = columns.map((_, at) => at).filter((at) => !used.includes(at))
  return { names: places.map((at) => columns[at] ?? ''), places }
}

/** The place of the first of the names that the table has, whatever their case; -1 for none. */
export function placeOf(columns: readonly string[], ...names: readonly string[]): number {
  const plain = columns.map((name) => name.trim().toLowerCase())
  return names.map((name) => plain.indexOf(name)).find((at) => at >= 0) ?? -1
}
