// Alpaca's rows: an instruction, an input that may be empty, and an output. Source: stanford_alpaca, alpaca_data.json.
import * as v from 'valibot'
import { chatColumns, othersOf, placeOf } from './columns.ts'
import type { Recogniser } from './shape.ts'
import { written } from './turns.ts'

/** What LLaMA-Factory adds to the format: earlier questions with their answers. */
const history = v.array(v.tuple([v.string(), v.string()]))

/** An instruction that is the same in all rows says what the task is, which is what a prompt learns: the columns then stay. */
export const instructions: Recogniser = (columns, rows) => {
  const [instructionAt, inputAt, outputAt] = ['instruction', 'input', 'output'].map((name) =>
    placeOf(columns, name),
  ) as [number, number, number]
  if (instructionAt < 0 || outputAt < 0) return undefined
  const isSame = rows.length > 1 && new Set(rows.map((cells) => cells[instructionAt])).size === 1
  if (isSame && inputAt >= 0) return { name: 'alpaca', columns, cells: (cells) => cells, notes: () => [] }
  const systemAt = placeOf(columns, 'system')
  const historyAt = placeOf(columns, 'history')
  const others = othersOf(columns, [instructionAt, inputAt, outputAt, systemAt, historyAt])
  const { system, earlier, user, assistant } = chatColumns
  return {
    name: 'alpaca',
    columns: [...(systemAt < 0 ? [] : [system]), ...(historyAt < 0 ? [] : [earlier]), user, assistant, ...others.names],
    cells: (cells) => {
      const cell = (at: number): string => cells[at] ?? ''
      const asked = [cell(instructionAt), cell(inputAt)].filter((text) => text.trim() !== '')
      return [
        ...(systemAt < 0 ? [] : [cell(systemAt)]),
        ...(historyAt < 0 ? [] : [earlierOf(cell(historyAt))]),
        asked.join('\n\n'),
        cell(outputAt),
        ...others.places.map(cell),
      ]
    },
    notes: () =>
      inputAt < 0 ? [] : ['The instruction and its input stand together in “user”, the output in “assistant”.'],
  }
}

/** A cell that is no history stays as it is. */
function earlierOf(cell: string): string {
  try {
    const pairs = v.parse(history, JSON.parse(cell))
    return written(
      pairs.flatMap(([asked, said]) => [
        { role: 'user', text: asked },
        { role: 'assistant', text: said },
      ]),
    )
  } catch {
    return cell
  }
}
