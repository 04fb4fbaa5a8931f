// Answers the rows of a table that are not answered yet, in pieces: a piece is kept as a whole, or computed again.
import type { TextToAnswer } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { LabellingRecord } from '../../contract/methods/labellings.ts'
import type { ReadingChoices, Taken } from '../../contract/reading.ts'
import { openTable } from '../../engine/data/table.ts'
import type { GivenAnswer } from '../../engine/store/tables/labellings.ts'
import { scoresLabels } from '../../engine/task/index.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { type Answerer, answerersOf, answersOf } from './answerers.ts'
import { labelledFile } from './open-labelling.ts'

/**
 * Rows of a piece: it ends where the number of rows is a multiple of this, whoever computed those before, so that batches -
 * and with them the last digits of every answer - are the same after a crash. The first answers come sooner.
 */
const pieceRows = { labels: 128, generated: 16 } as const
const firstPiece = 16

/**
 * Reads the rest of the table, and answers it; then those rows that have no answer because another prompt was to give it. Where
 * no prompt answers, rows have the answers that are known. Errors: those of `openTable`, `findTuned` and `serveJob`;
 * 'label/file-gone', 'run/no-column', 'run/cancelled'.
 */
export async function answerRest(
  context: ServiceContext,
  labelling: LabellingRecord,
  call: CallContext,
  onDone: (rows: number) => void,
): Promise<void> {
  const { store, home } = context
  const answerers = await answerersOf(store, labelling)
  const isScored = answerers.every(({ prompts }) => prompts.every(({ prompt }) => scoresLabels(prompt.settings)))
  const pieceEnd = endOfPiece(isScored ? 'labels' : 'generated')
  const table = await openCopy(labelledFile(home, labelling), labelling)
  const known = labelling.prompts[0]?.known ?? ''
  const at = [labelling.text, labelling.context, known].map((column) => table.columns.indexOf(column))
  const last = await store.labellings.lastRow(labelling.id)
  let { done } = labelling
  let piece: ReadRow[] = []
  const finish = async (): Promise<void> => {
    if (piece.length === 0) return
    const rows = piece.map(({ known: _, ...row }) => row)
    const answers = answerers.length > 0 ? await answersOf(context, answerers, rows, call) : [knownAnswers(piece)]
    await store.piece((tables) => tables.labellings.addPiece(labelling.id, { rows, answers }))
    done += rows.length
    piece = []
    onDone(done)
  }
  for await (const chunk of table.chunks())
    for (const { row, cells } of chunk.rows) {
      if (call.signal.aborted) throw studioError('run/cancelled')
      if (row <= last) continue
      const [text = '', about = '', answer = ''] = at.map((column) => cells[column])
      piece.push({ row, text, context: about, known: answer.trim() })
      if (done + piece.length === pieceEnd(done)) await finish()
    }
  await finish()
  await answerOpen(context, labelling, answerers, call, () => onDone(done))
}

interface ReadRow extends TextToAnswer {
  readonly row: number
  /** The answer that is known, '' where it is not. */
  readonly known: string
}

/** Rows with a text, unanswered but where their answer is known. */
const knownAnswers = (rows: readonly ReadRow[]): ReadonlyMap<number, GivenAnswer> =>
  new Map(
    rows.flatMap(({ row, text, known }) => {
      const given = { answer: '', confidence: 0, cut: 0, ...(known === '' ? {} : { corrected: known }) }
      return text.trim() === '' ? [] : [[row, given]]
    }),
  )

/** Answers the rows that have none, in the order of the file. */
async function answerOpen(
  context: ServiceContext,
  { id }: LabellingRecord,
  answerers: readonly Answerer[],
  call: CallContext,
  onDone: () => void,
): Promise<void> {
  const { labellings } = context.store
  for (const [place, answerer] of answerers.entries())
    for (let after = 0; ;) {
      if (call.signal.aborted) throw studioError('run/cancelled')
      const rows = await labellings.unanswered(id, place, after, pieceRows.labels)
      const last = rows.at(-1)
      if (!last) break
      const [answers] = await answersOf(context, [answerer], rows, call)
      if (answers) await context.store.piece((tables) => tables.labellings.fill(id, place, answers))
      after = last.row
      onDone()
    }
}

/** How many rows are done at the end of the piece that begins behind so many. */
const endOfPiece = (kind: keyof typeof pieceRows) => {
  const size = pieceRows[kind]
  return (done: number): number => (done < firstPiece ? firstPiece : (Math.floor(done / size) + 1) * size)
}

/** The studio's copy of the table, read as it was before. Error: 'label/file-gone'. */
export const openCopy = (path: string, { file, taken }: LabellingRecord) =>
  openTable(path, choicesOf(taken)).catch((error: unknown) => {
    if ((error as { code?: unknown }).code === 'data/not-found') throw studioError('label/file-gone', file)
    throw error
  })

/** The choices with which a file is read in the same way again. */
const choicesOf = ({ format, encoding, delimiter, sheet, headerLine, chat }: Taken): ReadingChoices => ({
  ...(encoding === undefined ? {} : { encoding }),
  ...(delimiter === undefined ? {} : { delimiter }),
  ...(sheet === undefined ? {} : { sheet }),
  ...(headerLine === undefined || format === 'lines' ? {} : { header: headerLine }),
  ...(chat === undefined ? { chat: false } : {}),
})
