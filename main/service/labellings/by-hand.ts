// A table that a person begins to answer: which labels there are, and the data set that the answers make.
import { studioError } from '../../contract/errors/index.ts'
import { distinctName, fittingName } from '../../contract/names.ts'
import { type LabellingPrompt, type LabellingRecord, maxLabels } from '../../contract/methods/labellings.ts'
import type { Input } from '../../contract/service.ts'
import type { ServiceContext } from '../context.ts'
import { openCopy } from './answer-pieces.ts'
import { labelledFile } from './open-labelling.ts'

/** Who answers a table by hand, among which labels. Errors: those of `openCopy`, 'label/few-labels', 'data/too-many-labels'. */
export async function personOf(
  { home }: Pick<ServiceContext, 'home'>,
  labelling: LabellingRecord,
  person: LabellingPrompt,
  { labels = [...person.labels], answers = person.known ?? '' }: Pick<Input<'labellings.start'>, 'labels' | 'answers'>,
): Promise<LabellingPrompt> {
  const all = new Set(labels)
  if (answers !== '') {
    const table = await openCopy(labelledFile(home, labelling), labelling)
    const at = table.columns.indexOf(answers)
    for await (const { rows } of table.chunks())
      for (const { cells } of rows) {
        const answer = (cells[at] ?? '').trim()
        if (answer !== '') all.add(answer)
        if (all.size > maxLabels) throw studioError('data/too-many-labels', all.size, maxLabels)
      }
  }
  if (all.size < 2) throw studioError('label/few-labels')
  return { ...person, labels: [...all], known: answers }
}

/** An empty data set for the right answers of a table. */
export async function makeDataset(context: ServiceContext, labelling: LabellingRecord): Promise<number> {
  const { store } = context
  const { id, file, text, context: about, createdAt } = labelling
  const taken = new Set((await store.datasets.all()).map(({ name }) => name))
  const name = distinctName(fittingName(`${file} answered`, 'data'), (each) => taken.has(each))
  const answer = distinctName('answer', (each) => each === text || each === about)
  const columns = [text, ...(about === '' ? [] : [about]), answer]
  const hash = `labelling ${String(id)} of ${createdAt}`
  const dataset = await store.datasets.add({ name, source: file, hash, columns })
  const version = await store.datasets.begin(dataset.id, { kind: 'import', description: `Answers to ${file}` })
  await store.datasets.complete(version, { used: 0, excluded: 0, trash: 0 })
  await store.datasets.setRoles(dataset.id, { text, label: answer, context: about, task: 'classification' })
  await store.labellings.setDataset(id, dataset.id)
  return dataset.id
}
