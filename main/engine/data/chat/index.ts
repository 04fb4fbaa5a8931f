// The table of arrangements in which files hold chats: a new one is a new file and a line here.
import { conversations } from './conversations.ts'
import { instructions } from './instructions.ts'
import { promptColumns } from './prompts.ts'
import type { Recogniser } from './shape.ts'

/** In this order: a list of turns is surer than names of columns. */
const recognisers: readonly Recogniser[] = [conversations, instructions, promptColumns]

export const chatShapeOf: Recogniser = (columns, rows) => {
  for (const recognise of recognisers) {
    const shape = recognise(columns, rows)
    if (shape) return shape
  }
  return undefined
}

/** Names of columns without which a table holds no chats that are recognised. */
const chatNames = new Set([
  'messages',
  'conversations',
  'conversation',
  'chat',
  'dialog',
  'dialogue',
  'turns',
  'prompt',
  'chosen',
  'instruction',
])

export const mayHoldChats = (columns: readonly string[]): boolean =>
  columns.some((name) => chatNames.has(name.trim().toLowerCase()))
