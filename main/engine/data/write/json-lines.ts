// A table as JSON Lines: an object a row, whose keys are the columns' names.
import type { Writer } from './writer.ts'

const encoder = new TextEncoder()

export const writeJsonLines: Writer = async function* (columns, rows) {
  for await (const some of rows) {
    const lines = some.map((cells) =>
      JSON.stringify(Object.fromEntries(columns.map((name, i) => [name, cells[i] ?? '']))),
    )
    yield encoder.encode(lines.map((line) => `${line}\n`).join(''))
  }
}
