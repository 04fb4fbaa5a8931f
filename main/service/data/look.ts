// Looks at a file as an import would read it, keeping nothing: what is taken, guessed and skipped, and what is wrong with it.
import { setImmediate } from 'node:timers/promises'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import type { DataRow } from '../../contract/records.ts'
import type { DataLook, Input, Roles } from '../../contract/service.ts'
import type { Example } from '../../contract/settings.ts'
import { guessTaskOf } from '../../engine/data/guess-task.ts'
import { createProfiler } from '../../engine/data/profile.ts'
import { guessRoles } from '../../engine/data/roles.ts'
import { splitExamples } from '../../engine/data/split.ts'
import { tableIn } from '../../engine/data/table-in.ts'
import { openTable } from '../../engine/data/table.ts'
import { scoresLabels } from '../../engine/task/index.ts'
import { defaultSettings } from '../../engine/train/defaults.ts'
import type { CallContext } from '../context.ts'
import { forEachChunk, watchOf } from './import.ts'
import { shownProfile } from './profile.ts'
import { rowReader } from './row-text.ts'

/** Rows that roles are guessed from, and those that are shown. */
export const LOOKED_AT = 200
const SHOWN = 5
/** Rows up to which the split is tried out. */
const MAX_SPLIT = 20_000

/** Errors: those of `tableIn` and `openTable`, 'data/no-rows', 'run/no-column', 'run/cancelled'. */
export async function lookAt(input: Input<'data.look'>, call: CallContext): Promise<DataLook> {
  const { path, choices, ...chosen } = input
  const table = await openTable(await tableIn(path), choices, watchOf(call))
  const { name, columns } = table
  for (const column of [chosen.text, chosen.label, chosen.context])
    if (column !== undefined && !columns.includes(column)) throw studioError('run/no-column', name, column, columns)
  const start: DataRow[] = []
  let examined: ReturnType<typeof examiner> | undefined
  const begin = (): ReturnType<typeof examiner> => {
    const begun = examiner(columns, rolesFor(columns, start, chosen))
    start.forEach(begun.see)
    return begun
  }
  const counts = await forEachChunk(table, call, async ({ rows }) => {
    for (const row of rows)
      if (examined) examined.see(row)
      else if (start.push(row) === LOOKED_AT) examined = begin()
    await setImmediate()
  })
  const [skipped] = counts.skipped
  if (counts.rows === 0) throw studioError('data/no-rows', name, skipped?.line, skipped?.reason)
  return { name, columns, ...counts, first: start.slice(0, SHOWN), ...(await (examined ?? begin()).finish()) }
}

export function rolesFor(
  columns: readonly string[],
  rows: readonly DataRow[],
  { text, label, context, task }: Partial<Pick<Roles, 'text' | 'label' | 'context' | 'task'>>,
): Roles {
  const cells = rows.map((row) => row.cells)
  const guess = guessRoles(columns, cells)
  const roles = { text: text ?? guess.text, label: label ?? guess.label, context: context ?? guess.context }
  return {
    ...roles,
    guessed: text === undefined || label === undefined,
    task: task ?? guessTaskOf(columns, cells, roles),
    taskGuessed: task === undefined,
  }
}

/** Profiles the rows, and tries out whether they can be split as a run would. */
function examiner(columns: readonly string[], roles: Roles) {
  const read = rowReader(columns, roles)
  const profiler = createProfiler(defaultSettings({ task: roles.task }))
  const examples: Example[] = []
  return {
    see({ row, cells }: DataRow): void {
      const example = { row, ...read(cells) }
      profiler.see(example)
      if (examples.length <= MAX_SPLIT && example.text.trim() !== '' && example.label !== '') examples.push(example)
    },
    finish: async (): Promise<Pick<DataLook, 'roles' | 'profile' | 'refusal'>> => ({
      roles,
      profile: shownProfile(await profiler.finish()),
      refusal: examples.length > MAX_SPLIT ? null : await refusalOf(examples, roles),
    }),
  }
}

/** The rule by which a run starts. */
async function refusalOf(examples: readonly Example[], { text, label, task }: Roles): Promise<string | undefined> {
  try {
    if (examples.length === 0) throw studioError('data/no-examples', text, label)
    await splitExamples(examples, { seed: 0, byLabel: scoresLabels({ task }) })
    return undefined
  } catch (error) {
    if (error instanceof StudioError) return error.message
    throw error
  }
}
