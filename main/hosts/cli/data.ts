// Reads a data file through the studio and says how it was read, and what could not be.
import { studioError } from '../../contract/errors/index.ts'
import type { ReadingChoices } from '../../contract/reading.ts'
import type { DataProfile, DatasetSummary, ImportedData, Input, Studio } from '../../contract/service.ts'
import { rowsOf } from '../../contract/words/counts.ts'
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

/** Error: 'store/missing'. */
export async function datasetNamed(studio: Studio, name: string): Promise<DatasetSummary> {
  const dataset = (await studio.call('data.list', {})).find((each) => each.name === name)
  if (!dataset) throw studioError('store/missing', 'data set', name)
  return dataset
}

/** How the file was read, in lines. */
export function readingLines(
  data: Pick<ImportedData, 'name' | 'rows' | 'taken' | 'skipped' | 'skippedCount'>,
): string[] {
  const { name, rows, taken, skipped, skippedCount } = data
  return [
    `Read ${rowsOf(rows)} from ${name}. It was read as ${takenWords(taken)}.`,
    ...(taken.encoding !== undefined && taken.encodingDoubtful === true
      ? [
          `The encoding is a guess: ${encodingWords(taken.encoding)}. If letters look wrong, choose another with --encoding.`,
        ]
      : []),
    ...taken.notes,
    ...skipped.slice(0, NAMED).map(({ line, reason }) => `Skipped line ${String(line)}: ${reason}`),
    ...(skippedCount > 0 ? [`Skipped ${rowsOf(skippedCount)} in all.`] : []),
  ]
}

/** Says what is wrong with the rows, before a command begins with them. Columns that are not there are refused later. */
export async function sayProblems(
  { studio, output, signal }: Session,
  { dataset, version, columns }: ImportedData,
  roles: NonNullable<Input<'data.profile'>['roles']>,
): Promise<void> {
  const { text = '', label = '', context } = roles
  if (![text, label, ...(context === undefined ? [] : [context])].every((column) => columns.includes(column))) return
  const profile = await studio.call('data.profile', { dataset, version, roles }, { signal })
  for (const line of problemLines(profile, false)) output.say(line)
}

/** A line for each problem; `inFull`: with why it matters and what mends it in the studio. */
export const problemLines = ({ problems }: DataProfile, inFull: boolean): string[] =>
  problems.map(({ title, explanation, fix }) =>
    inFull ? `Problem: ${title}. ${explanation}${fix === undefined ? '' : ` (${fix.button})`}` : `Problem: ${title}.`,
  )
