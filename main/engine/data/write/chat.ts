// A table as chats (JSON Lines): each row a list of messages whose last turn is the answer. Source: OpenAI's fine-tuning guide.
import { chatColumns } from '../chat/columns.ts'
import { turnsIn } from '../chat/turns.ts'
import { isChat } from '../roles.ts'
import type { TableRoles, Writer } from './writer.ts'

const encoder = new TextEncoder()

/** What a row has of no other column is left out: programs for tuning refuse fields that they do not know. */
export const writeChat: Writer = async function* (columns, rows, roles) {
  const messages = messagesOf(columns, roles)
  for await (const some of rows)
    yield encoder.encode(some.map((cells) => `${JSON.stringify({ messages: messages(cells) })}\n`).join(''))
}

interface Message {
  readonly role: string
  readonly content: string
}

/** A question's context stands before it; what came earlier in a chat are turns again. An empty answer is none yet. */
function messagesOf(columns: readonly string[], { text, label, context }: TableRoles) {
  const hasEarlier = isChat({ text, label }) || context === chatColumns.earlier
  const at = {
    system: isChat({ text, label }) ? columns.indexOf(chatColumns.system) : -1,
    earlier: hasEarlier ? columns.indexOf(chatColumns.earlier) : -1,
    context: context === chatColumns.earlier ? -1 : columns.indexOf(context),
    text: columns.indexOf(text),
    label: columns.indexOf(label),
  }
  return (cells: readonly string[]): readonly Message[] => {
    const cell = (place: number): string => cells[place] ?? ''
    const earlier = turnsIn(cell(at.earlier)).map(({ role, text: content }) => ({ role, content }))
    const asked = [cell(at.context), cell(at.text)].filter((part) => part !== '').join('\n\n')
    return [
      ...(cell(at.system) === '' ? [] : [{ role: 'system', content: cell(at.system) }]),
      ...earlier,
      // Without it, an earlier question would be taken for this one.
      ...(asked === '' && earlier.length === 0 ? [] : [{ role: 'user', content: asked }]),
      ...(cell(at.label) === '' ? [] : [{ role: 'assistant', content: cell(at.label) }]),
    ]
  }
}
