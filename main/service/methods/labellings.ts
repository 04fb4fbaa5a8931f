// Methods labellings.*: open a table, let prompts label it, look at the answers, correct them, save it, send rows.
import { rm } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { studioError } from '../../contract/errors/index.ts'
import { answeringPrompts, type LabellingDetails, ownLabels } from '../../contract/methods/labellings.ts'
import type { Input } from '../../contract/service.ts'
import type { Store } from '../../engine/store/store.ts'
import type { Methods, ServiceContext } from '../context.ts'
import { answerRest } from '../labellings/answer-pieces.ts'
import { personOf } from '../labellings/by-hand.ts'
import { addLabel, renameLabel } from '../labellings/labels.ts'
import { answeredRows, beginning, detailsOf, findLabelling, placeOf } from '../labellings/look.ts'
import { labellingFolder, openLabelling } from '../labellings/open-labelling.ts'
import { findTuned } from '../prompts/tuned.ts'
import { saveLabelled } from '../labellings/save-labelled.ts'
import { sendCorrected } from '../labellings/send.ts'

/** Rows above which sums over the answers would hold up the service. */
const LARGE = 50_000

async function details(
  { store, workers }: ServiceContext,
  id: number,
  signal?: AbortSignal,
): Promise<LabellingDetails> {
  const { rows } = await findLabelling(store, id)
  return rows > LARGE ? workers.run('showLabelling', { labelling: id }, signal) : detailsOf(store, id)
}

async function start(context: ServiceContext, input: Input<'labellings.start'>): Promise<LabellingDetails> {
  const { store, labeller } = context
  const labelling = await findLabelling(store, input.labelling)
  const { id, file, columns } = labelling
  if (labeller.isActive(id)) throw studioError('label/running', file)
  const { text = labelling.text, context: about = labelling.context, answers = '' } = input
  for (const column of [text, about, answers])
    if (column !== '' && !columns.includes(column)) throw studioError('run/no-column', file, column, columns)
  const [person] = labelling.prompts
  const before = JSON.stringify(labelling.prompts)
  // Once it has begun, the person may have added and renamed labels.
  const asksAnew = labelling.state === 'ready' || input.labels !== undefined || input.answers !== undefined
  const answering = labelling.state === 'ready' ? await beginning(store, labelling.prompts) : labelling.prompts
  const prompts = person?.byHand && asksAnew ? [await personOf(context, labelling, person, input)] : answering
  if (text !== labelling.text || about !== labelling.context || JSON.stringify(prompts) !== before) {
    await forgetRows(store, id)
    await store.labellings.setColumns(id, text, about)
    await store.labellings.setPrompts(id, prompts)
  }
  return begin(context, id)
}

/** Answers what is left. */
async function begin(context: ServiceContext, id: number): Promise<LabellingDetails> {
  const { store, labeller, changed } = context
  await store.labellings.setState(id, 'running')
  const started = await findLabelling(store, id)
  // Another window may have started it meanwhile.
  if (labeller.isActive(id)) throw studioError('label/running', started.file)
  labeller.start(started, (signal, onDone) => answerRest(context, started, { emit: () => undefined, signal }, onDone))
  changed('labellings')
  return details(context, id)
}

async function suggest(context: ServiceContext, input: Input<'labellings.suggest'>): Promise<LabellingDetails> {
  const { store, labeller } = context
  const { id, file, prompts } = await findLabelling(store, input.labelling)
  if (labeller.isActive(id)) throw studioError('label/running', file)
  if (prompts.flatMap(answeringPrompts).length > 1) throw studioError('label/several', file)
  const { name, prompt } = await findTuned(store, input.run)
  await store.labellings.forgetAnswers(id, 0)
  // What a person has named stays to choose from, though nothing of it was learned yet.
  const own = prompt.labels.length === 0 ? [] : prompts.flatMap(ownLabels)
  const added = own.filter((label) => !prompt.labels.includes(label))
  const labels = [...prompt.labels, ...added]
  const answering = { name, labels, ...(added.length > 0 ? { added } : {}) }
  await store.labellings.setPrompts(id, await beginning(store, [answering]))
  return begin(context, id)
}

async function accept(context: ServiceContext, input: Input<'labellings.accept'>): Promise<LabellingDetails> {
  const { store, changed } = context
  const labelling = await findLabelling(store, input.labelling)
  await store.labellings.accept(labelling.id, placeOf(labelling, input.prompt), input.above)
  changed('labellings')
  return details(context, labelling.id)
}

/** Rows that are removed at once: short enough that nobody waits for it. */
const CHUNK = 300

async function forgetRows(store: Store, id: number): Promise<void> {
  while ((await store.labellings.forgetRows(id, CHUNK)) === CHUNK) await setImmediate()
}

async function correct(context: ServiceContext, input: Input<'labellings.correct'>): Promise<LabellingDetails> {
  const { store, changed } = context
  const labelling = await findLabelling(store, input.labelling)
  const place = placeOf(labelling, input.prompt)
  const { labels = [] } = labelling.prompts[place] ?? {}
  const answer = input.answer === '' ? undefined : input.answer
  if (answer !== undefined && labels.length > 0 && !labels.includes(answer))
    throw studioError('label/no-labels', answer, labels)
  await store.labellings.correct(labelling.id, place, input.rows, answer)
  changed('labellings')
  return details(context, labelling.id)
}

type Labelling = Extract<keyof Methods, `labellings.${string}`>

export const labellingMethods: Pick<Methods, Labelling> = {
  'labellings.open': async (context, input, call) => details(context, await openLabelling(context, call, input)),
  'labellings.list': ({ store }) => store.labellings.list(),
  'labellings.show': (context, { labelling }, { signal }) => details(context, labelling, signal),
  'labellings.start': start,
  'labellings.suggest': suggest,
  'labellings.accept': accept,
  'labellings.stop': async (context, { labelling: id }) => {
    const { file } = await findLabelling(context.store, id)
    if (!context.labeller.isActive(id)) throw studioError('label/not-running', file)
    await context.labeller.stop(id)
    return details(context, id)
  },
  'labellings.watch': async (context, { labelling: id }, { emit, signal }) => {
    const { done, rows: total } = await findLabelling(context.store, id)
    // Events come with each piece of answers, which may take a while.
    emit({ event: 'progress', stage: 'labelling', done, total })
    await context.labeller.watch(id, emit, signal)
    return details(context, id)
  },
  'labellings.remove': async (context, { labelling: id }) => {
    const { store, labeller, home, changed } = context
    await findLabelling(store, id)
    await labeller.stop(id)
    await forgetRows(store, id)
    await store.labellings.remove(id)
    await rm(labellingFolder(home, id), { recursive: true, force: true })
    changed('labellings')
    return null
  },
  'labellings.rows': async ({ store, workers }, input, { signal }) => {
    const { rows } = await findLabelling(store, input.labelling)
    return rows > LARGE ? workers.run('listAnswers', input, signal) : answeredRows(store, input)
  },
  'labellings.correct': correct,
  'labellings.addLabel': async (context, input) => {
    await addLabel(context, input)
    return details(context, input.labelling)
  },
  'labellings.renameLabel': async (context, input) => {
    await renameLabel(context, input)
    return details(context, input.labelling)
  },
  'labellings.send': sendCorrected,
  'labellings.save': async (context, { labelling, path, ...wanted }, call) => ({
    rows: await saveLabelled(context, await findLabelling(context.store, labelling), wanted, path, call),
  }),
}
