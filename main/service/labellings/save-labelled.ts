// Writes a labelled table: the file as it came, with the answers in columns behind its own.
import { rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { causeOf, isFull } from '../../contract/errors/causes.ts'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import type { LabelledForm, LabellingPrompt, LabellingRecord } from '../../contract/methods/labellings.ts'
import type { Watch } from '../../engine/data/formats/format.ts'
import { type AddedCell, type AddedColumns, freeNames, writeLabelled } from '../../engine/labelled/index.ts'
import type { Store } from '../../engine/store/store.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { watchOf } from '../data/import.ts'
import { openCopy } from './answer-pieces.ts'
import { thresholdOf } from './look.ts'
import { labelledFile } from './open-labelling.ts'

/** Answers that are read from the store at once. */
const CHUNK = 2000

interface Wanted {
  readonly to: LabelledForm
  readonly below?: number | readonly number[]
}

/**
 * Writes the table; gives how many rows of it have answers. Errors: those of `openCopy` and `writeLabelled`,
 * 'label/no-answers', 'label/same-file', 'run/cancelled'.
 */
export async function saveLabelled(
  { store, home }: ServiceContext,
  labelling: LabellingRecord,
  { to, below }: Wanted,
  target: string,
  call: CallContext,
): Promise<number> {
  const path = labelledFile(home, labelling)
  if (await isSame(path, target)) throw studioError('label/same-file', target)
  const added = await addedColumns(store, labelling, below, watchOf(call, 'gathering the answers'))
  if (added.cells.size === 0) throw studioError('label/no-answers', labelling.file)
  const { columns } = await openCopy(path, labelling)
  const watch = watchOf(call, 'writing the table')
  async function* rows() {
    let done = 0
    for await (const chunk of (await openCopy(path, labelling)).chunks()) {
      for (const row of chunk.rows) if (below === undefined || added.cells.has(row.row)) yield row
      watch((done += chunk.rows.length), labelling.rows)
    }
  }
  const table = { path, taken: labelling.taken, columns, rows, partial: below !== undefined, watch }
  await replacing(target, (file) => writeLabelled[to](table, file, added))
  return added.cells.size
}

const isSame = async (one: string, other: string): Promise<boolean> => {
  // A file that is not there is no file twice.
  const [a, b] = await Promise.all([one, other].map((path) => stat(path).catch(() => undefined)))
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev
}

/** Writes beside the target and then takes its place, so that no half of a file is left there. */
async function replacing(target: string, write: (file: string) => Promise<void>): Promise<void> {
  const file = `${target}.part`
  try {
    await write(file)
    await rename(file, target)
  } catch (error) {
    await rm(file, { force: true })
    if (error instanceof StudioError) throw error
    throw isFull(error)
      ? studioError('store/disk-full', dirname(target))
      : studioError('store/cannot-write', target, causeOf(error))
  }
}

type Answer = Awaited<ReturnType<Store['labellings']['answersAfter']>>[number]

/**
 * Answer and confidence of each prompt; of several as one, which share of them answers otherwise by itself; where there is a
 * threshold, which answers are unsure; a note where a text was cut or an answer was corrected.
 */
async function addedColumns(
  store: Store,
  labelling: LabellingRecord,
  below: Wanted['below'],
  watch: Watch,
): Promise<AddedColumns> {
  const { prompts, columns } = labelling
  const byRow = new Map<number, Answer[]>()
  for (let after = 0; ;) {
    const some = await store.labellings.answersAfter(labelling.id, after, CHUNK * prompts.length)
    for (const answer of some) {
      const own = byRow.get(answer.row)
      if (own) own.push(answer)
      else byRow.set(answer.row, [answer])
    }
    const last = some.at(-1)
    if (!last || some.length < CHUNK * prompts.length) break
    after = last.row
    watch(byRow.size, labelling.done)
    await setImmediate()
  }
  const columnsOf = await Promise.all(
    prompts.map(async (prompt) => answerColumns(prompt, (await thresholdOf(store, prompt)).threshold)),
  )
  const cells = new Map<number, readonly AddedCell[]>()
  let noted = false
  for (const [row, answers] of byRow) {
    if (below !== undefined && !answers.some((answer) => isUnsure(answer, limitOf(below, answer)))) continue
    const note = noteOf(labelling, answers)
    noted ||= note !== undefined
    const own = columnsOf.flatMap((ofPrompt, place) => {
      const answer = answers.find(({ prompt }) => prompt === place)
      return ofPrompt.map(({ cell }) => answer && cell(answer))
    })
    cells.set(row, [...own, note])
  }
  const names = prompts.flatMap(({ name }, place) =>
    (columnsOf[place] ?? []).map(({ title }) => (prompts.length === 1 ? title : `${name}: ${title}`)),
  )
  const all = noted ? [...names, 'note'] : names
  return { names: freeNames(columns, all), cells: noted ? cells : withoutNotes(cells, names.length) }
}

const withoutNotes = (cells: ReadonlyMap<number, readonly AddedCell[]>, width: number) =>
  new Map([...cells].map(([row, own]) => [row, own.slice(0, width)]))

/** 0, below which nothing is, for a prompt without a limit. */
const limitOf = (below: NonNullable<Wanted['below']>, { prompt }: Answer): number =>
  typeof below === 'number' ? below : (below[prompt] ?? 0)

const isUnsure = ({ confidence, corrected }: Answer, below: number): boolean => corrected === null && confidence < below

interface AnswerColumn {
  readonly title: string
  readonly cell: (answer: Answer) => AddedCell
}

/** Where a person gave the answer, nothing is said of what prompts make of it. */
function answerColumns({ members }: LabellingPrompt, threshold: number | undefined): readonly AnswerColumn[] {
  const uncorrected =
    (cell: AnswerColumn['cell']): AnswerColumn['cell'] =>
    (answer) =>
      answer.corrected === null ? cell(answer) : undefined
  const rounded = (share: number): number => Number(share.toFixed(4))
  return [
    { title: 'answer', cell: ({ answer, corrected }) => corrected ?? answer },
    { title: 'confidence', cell: uncorrected(({ confidence }) => rounded(confidence)) },
    ...(members
      ? [{ title: 'disagreement', cell: uncorrected(({ agreeing }) => rounded(1 - (agreeing ?? 0) / members.length)) }]
      : []),
    ...(threshold === undefined
      ? []
      : [{ title: 'unsure', cell: uncorrected((answer) => (isUnsure(answer, threshold) ? 'unsure' : undefined)) }]),
  ]
}

function noteOf({ prompts }: LabellingRecord, answers: readonly Answer[]): string | undefined {
  const notes = answers.flatMap(({ prompt, cut, corrected, unseen }) => {
    const whose = prompts.length === 1 ? '' : `${prompts[prompt]?.name ?? ''}: `
    return [
      ...(cut > 0 ? [`${whose}the text was too long, its last ${String(cut)} tokens were not read`] : []),
      ...(corrected === null ? [] : [`${whose}${unseen === 1 ? 'accepted unseen' : 'corrected by hand'}`]),
    ]
  })
  return notes.length === 0 ? undefined : notes.join('; ')
}
