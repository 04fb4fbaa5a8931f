// Sends corrected rows into the data set: as new rows, or where they were sent before, as another answer to those.
import { studioError } from '../../contract/errors/index.ts'
import type { LabellingPrompt, LabellingRecord } from '../../contract/methods/labellings.ts'
import type { Input, Outputs } from '../../contract/service.ts'
import type { ServiceContext } from '../context.ts'
import { type PutAnswer, putAnswers } from '../data/put-answers.ts'
import { makeDataset } from './by-hand.ts'
import { findLabelling, placeOf, targetOf } from './look.ts'

/** Rows that are marked at once. */
const CHUNK = 2000

/** Errors: 'store/missing', 'label/no-data', 'label/nothing-corrected'. */
export async function sendCorrected(
  context: ServiceContext,
  input: Input<'labellings.send'>,
): Promise<Outputs['labellings.send']> {
  const { store, changed } = context
  const labelling = await findLabelling(store, input.labelling)
  const { id, file, prompts } = labelling
  const place = placeOf(labelling, input.prompt)
  const prompt = prompts[place] as LabellingPrompt
  const known = await targetOf(store, labelling, prompt)
  if (!known && !prompt.byHand) throw studioError('label/no-data', input.prompt)
  if (!known) await store.labellings.forgetSent(id)
  const rows = await store.labellings.unsent(id, place)
  if (rows.length === 0) throw studioError('label/nothing-corrected', file)
  const { dataset, name, columns, ...roles } = known ?? (await madeFor(context, labelling, prompt))
  const answers = rows.map(({ text, context: about, corrected: answer, unseen, sent_row: sentRow }): PutAnswer => {
    const filled = new Map([
      [roles.contextColumn, about],
      [roles.labelColumn, answer],
      [roles.textColumn, text],
    ])
    const cells = columns.map((column) => filled.get(column) ?? '')
    return { answer, cells, known: sentRow ?? undefined, unseen: unseen === 1 }
  })
  const target = { dataset, at: columns.indexOf(roles.labelColumn), from: `corrected in ${file}` }
  const put = await putAnswers(context, target, answers)
  const sent = rows.map(({ row, corrected }, i) => [row, put.rows[i] ?? 0, corrected] as const)
  for (let at = 0; at < sent.length; at += CHUNK)
    await store.piece((tables) => tables.labellings.markSent(id, place, sent.slice(at, at + CHUNK)))
  changed('labellings')
  return { added: put.added, changed: put.changed, dataset, name }
}

/** A new data set for the answers that a person has given. Error: 'store/missing' where it is removed at once. */
async function madeFor(context: ServiceContext, labelling: LabellingRecord, prompt: LabellingPrompt) {
  const dataset = await makeDataset(context, labelling)
  const made = await targetOf(context.store, { ...labelling, dataset }, prompt)
  if (!made) throw studioError('store/missing', 'data set', String(dataset))
  return made
}
