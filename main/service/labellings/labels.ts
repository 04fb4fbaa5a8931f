// The labels that a person chooses among while they answer: more of them, and other names for their own.
import { studioError } from '../../contract/errors/index.ts'
import { type LabellingPrompt, type LabellingRecord, maxLabels, ownLabels } from '../../contract/methods/labellings.ts'
import type { Input } from '../../contract/service.ts'
import type { ServiceContext } from '../context.ts'
import { findLabelling, placeOf } from './look.ts'

/** A label that there is already is left as it is. Errors: 'store/missing', 'label/no-choice', 'label/too-many'. */
export async function addLabel(context: ServiceContext, input: Input<'labellings.addLabel'>): Promise<void> {
  const { labelling, prompt } = await found(context, input)
  const { label } = input
  if (prompt.labels.includes(label)) return
  if (prompt.labels.length >= maxLabels) throw studioError('label/too-many', maxLabels)
  const labels = [...prompt.labels, label]
  const own = prompt.byHand ? {} : { added: [...ownLabels(prompt), label] }
  await setPrompt(context, labelling, { ...prompt, ...own, labels })
}

/**
 * Renames one of the person's own labels in all of their answers; to the name of another label, the two become one.
 * Errors: 'store/missing', 'label/no-choice', 'label/not-own', 'label/unfinished', 'label/few-labels'.
 */
export async function renameLabel(context: ServiceContext, input: Input<'labellings.renameLabel'>): Promise<void> {
  const { store } = context
  const { labelling, prompt } = await found(context, input)
  const { label, name } = input
  if (!ownLabels(prompt).includes(label)) throw studioError('label/not-own', label)
  // Answers that are still to be read from the file would have the old name.
  if (labelling.state !== 'finished') throw studioError('label/unfinished', labelling.file)
  if (name === label) return
  const renamed = (labels: readonly string[]): string[] => [
    ...new Set(labels.map((each) => (each === label ? name : each))),
  ]
  const labels = renamed(prompt.labels)
  if (labels.length < 2) throw studioError('label/few-labels')
  const known = prompt.labels.includes(name)
  const own = prompt.byHand
    ? {}
    : { added: known ? ownLabels(prompt).filter((each) => each !== label) : renamed(ownLabels(prompt)) }
  await store.labellings.renameCorrected(labelling.id, placeOf(labelling, prompt.name), label, name)
  await setPrompt(context, labelling, { ...prompt, ...own, labels })
}

/** Where answers are generated text, there is nothing to choose among. */
async function found({ store }: ServiceContext, input: { readonly labelling: number; readonly prompt: string }) {
  const labelling = await findLabelling(store, input.labelling)
  const prompt = labelling.prompts[placeOf(labelling, input.prompt)]
  if (!prompt || prompt.labels.length === 0) throw studioError('label/no-choice', input.prompt)
  return { labelling, prompt }
}

async function setPrompt(
  { store, changed }: ServiceContext,
  { id, prompts }: LabellingRecord,
  next: LabellingPrompt,
): Promise<void> {
  await store.labellings.setPrompts(
    id,
    prompts.map((prompt) => (prompt.name === next.name ? next : prompt)),
  )
  changed('labellings')
}
