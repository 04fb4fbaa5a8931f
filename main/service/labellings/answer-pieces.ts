// Answers the rows of a table that are not answered yet, in pieces: a piece is kept as a whole, or computed again.
import type { TextAnswer, TextToAnswer, TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { LabellingRecord } from '../../contract/methods/labellings.ts'
import { openTable } from '../../engine/data/table.ts'
import type { AnsweredPiece } from '../../engine/store/tables/labellings.ts'
import { scoresLabels } from '../../engine/task/index.ts'
import { serveForEvent } from '../compute/serving.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { findTuned, type Tuned } from '../prompts/tuned.ts'
import { sealedModel } from '../runs/material.ts'
import { labelledFile } from './open-labelling.ts'

/**
 * Rows of a piece: it ends where the number of rows is a multiple of this, whoever computed those before, so that batches -
 * and with them the last digits of every answer - are the same after a crash. The first answers come sooner.
 */
const pieceRows = { labels: 128, generated: 16 } as const
const firstPiece = 16

/** Errors: those of `openTable`, `findTuned` and `serveJob`; 'label/file-gone', 'run/no-column', 'run/cancelled'. */
export async function answerRest(
  context: ServiceContext,
  labelling: LabellingRecord,
  call: CallContext,
  onDone: (rows: number) => void,
): Promise<void> {
  const { store, home } = context
  const prompts = await Promise.all(labelling.prompts.map(({ name }) => findTuned(store, name)))
  const pieceEnd = endOfPiece(prompts.every(({ prompt }) => scoresLabels(prompt.settings)) ? 'labels' : 'generated')
  const table = await openCopy(labelledFile(home, labelling), labelling)
  const [textAt, contextAt] = [labelling.text, labelling.context].map((column) => table.columns.indexOf(column))
  const last = await store.labellings.lastRow(labelling.id)
  let { done } = labelling
  let piece: AnsweredPiece['rows'][number][] = []
  const finish = async (): Promise<void> => {
    if (piece.length === 0) return
    const rows = piece
    const answers = await answerPiece(context, prompts, rows, call)
    await store.piece((tables) => tables.labellings.addPiece(labelling.id, { rows, answers }))
    done += rows.length
    piece = []
    onDone(done)
  }
  for await (const chunk of table.chunks())
    for (const { row, cells } of chunk.rows) {
      if (call.signal.aborted) throw studioError('run/cancelled')
      if (row <= last) continue
      piece.push({ row, text: cells[textAt ?? -1] ?? '', context: cells[contextAt ?? -1] ?? '' })
      if (done + piece.length === pieceEnd(done)) await finish()
    }
  await finish()
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
const choicesOf = ({ format, encoding, delimiter, sheet, headerLine }: LabellingRecord['taken']) => ({
  ...(encoding === undefined ? {} : { encoding }),
  ...(delimiter === undefined ? {} : { delimiter }),
  ...(sheet === undefined ? {} : { sheet }),
  ...(headerLine === undefined || format === 'lines' ? {} : { header: headerLine }),
})

/** Those of one precision of a model share one reading of each text. */
async function answerPiece(
  context: ServiceContext,
  prompts: readonly Tuned[],
  rows: AnsweredPiece['rows'],
  call: CallContext,
): Promise<AnsweredPiece['answers']> {
  const filled = rows.filter(({ text }) => text.trim() !== '')
  const found = new Map<Tuned, ReadonlyMap<number, TextAnswer>>(prompts.map((prompt) => [prompt, new Map()]))
  if (filled.length === 0) return [...found.values()]
  const texts = filled.map(({ text, context }): TextToAnswer => ({ text, context }))
  const together = ({ model, prompt }: Tuned): string => JSON.stringify([model.id, prompt.settings.precision])
  for (const some of Map.groupBy(prompts, together).values()) {
    const answers = await answersOf(context, some, texts, call)
    for (const [i, tuned] of some.entries()) {
      const own = answers[i] ?? []
      found.set(tuned, new Map(filled.flatMap(({ row }, at) => (own[at] ? [[row, own[at]]] : []))))
    }
  }
  return [...found.values()]
}

async function answersOf(
  context: ServiceContext,
  tuned: readonly Tuned[],
  texts: readonly TextToAnswer[],
  call: CallContext,
): Promise<readonly (readonly TextAnswer[])[]> {
  const { store, threads } = context
  const prompts = tuned.map(({ prompt }): TunedPrompt => prompt)
  const [first] = tuned as [Tuned]
  const model = await sealedModel(store, first.model.id)
  const job = { kind: 'label' as const, model, settings: first.prompt.settings, prompts, texts, threads }
  return (await serveForEvent(context, call, job, 'answers')).answers
}
