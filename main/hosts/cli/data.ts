// Reads a data file through the studio and says how it was read, and what could not be.
import type { ReadingChoices } from '../../contract/reading.ts'
import type { ImportedData } from '../../contract/service.ts'
import { encodingWords, takenWords } from '../../contract/words/reading.ts'
import type { Session } from './host.ts'
import { readablePath } from './piped.ts'

/** Skipped rows that are named one by one, at most. */
const NAMED = 5

export async function importData(session: Session, path: string, choices: ReadingChoices = {}): Promise<ImportedData> {
  const { studio, output, signal } = session
  const onEvent = (event: Parameters<typeof output.event>[0]) => {
    output.event(event)
  }
  const file = await readablePath(session, path)
  const data = await studio
    .call('data.import', { path: file.path, choices }, { onEvent, signal })
    .finally(() => file.end())
  for (const line of readingLines(data)) output.say(line)
  return data
}

/** How the file was read, in lines. */
export function readingLines(
  data: Pick<ImportedData, 'name' | 'rows' | 'taken' | 'skipped' | 'skippedCount'>,
): string[] {
  const { name, rows, taken, skipped, skippedCount } = data
  return [
    `Read ${count(rows)} from ${name}. It was read as ${takenWords(taken)}.`,
    ...(taken.encoding !== undefined && taken.encodingDoubtful === true
      ? [
          `The encoding is a guess: ${encodingWords(taken.encoding)}. If letters look wrong, choose another with --encoding.`,
        ]
      : []),
    ...taken.notes,
    ...skipped.slice(0, NAMED).map(({ line, reason }) => `Skipped line ${String(line)}: ${reason}`),
    ...(skippedCount > 0 ? [`Skipped ${count(skippedCount)} in all.`] : []),
  ]
}

const count = (rows: number): string => (rows === 1 ? '1 row' : `${String(rows)} rows`)
