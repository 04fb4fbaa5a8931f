// Methods prompts.list and prompts.open: every tuned prompt, and those that come from a file.
import { basename } from 'node:path'
import type { Calibration } from '../../contract/calibration.ts'
import { type StudioError, studioError } from '../../contract/errors/index.ts'
import { fittingName } from '../../contract/names.ts'
import type { ModelRecord, TaskRecord } from '../../contract/records.ts'
import type { Input, PromptSummary } from '../../contract/service.ts'
import { targetsOf } from '../../engine/export/formats.ts'
import { openPrompt } from '../../engine/export/open-prompt.ts'
import { makesModel } from '../../engine/method/index.ts'
import type { OpenedPrompt } from '../../engine/store/tables/opened-prompts.ts'
import type { Store } from '../../engine/store/store.ts'
import type { CallContext, Methods, ServiceContext } from '../context.ts'
import { freeNameOf } from '../lookup.ts'
import { agree, knownAnswers } from '../prompts/known-answers.ts'
import { checkTail, modelFor } from '../prompts/model-for.ts'
import { ownFigures } from '../prompts/tuned.ts'

/** Every prompt that can be used, the newest first. */
export async function listPrompts({ store }: Pick<ServiceContext, 'store'>): Promise<PromptSummary[]> {
  const [runs, models, datasets, opened, calibrations] = await Promise.all([
    store.runs.list(),
    store.models.list(),
    store.datasets.list(),
    store.openedPrompts.list(),
    store.prompts.calibrations(),
  ])
  const modelNames = new Map(models.map(({ id, name }) => [id, name]))
  const made = new Map(models.map((model) => [model.run, model]))
  const tuned = runs
    .filter(({ state }) => state === 'finished' || state === 'diverged')
    // A run whose model was removed has nothing to use.
    .filter(({ id, settings }) => !makesModel(settings) || made.has(id))
    .map(async (run): Promise<PromptSummary> => {
      const task = await store.tasks.byId(run.task)
      const name = datasets.find(({ id }) => id === run.dataset)?.name ?? ''
      return {
        name: run.name,
        modelName: modelNames.get(run.model) ?? '',
        labels: task?.labels ?? [],
        settings: run.settings,
        targets: targetsOf(run.settings),
        figures: await ownFigures(store, run),
        ...calibrationOf(calibrations.get(run.id)),
        tunedOn: task && { dataset: run.dataset, name, ...columnsOf(task) },
        createdAt: run.endedAt ?? run.createdAt,
        ...madeOf(made.get(run.id)),
      }
    })
  // A run that diverged before its prompt was better than the start has none.
  const kept = (await Promise.all(tuned)).filter(({ figures }) => figures.length > 0)
  return [...kept, ...opened.map((each) => summary(each, modelNames.get(each.model) ?? ''))].sort((a, b) =>
    b.createdAt.localeCompare(a.createdAt),
  )
}

const calibrationOf = (calibration: Calibration | undefined): Pick<PromptSummary, 'calibration'> =>
  calibration ? { calibration } : {}

const madeOf = (model: ModelRecord | undefined): Pick<PromptSummary, 'made'> =>
  model ? { made: { name: model.name, folder: model.folder } } : {}

const columnsOf = ({ textColumn, labelColumn, contextColumn }: TaskRecord) => ({
  textColumn,
  labelColumn,
  contextColumn,
})

const summary = (opened: OpenedPrompt, modelName: string): PromptSummary => {
  const { name, labels, settings, figures, checked, createdAt } = opened
  const targets = targetsOf(settings)
  const known = { name, modelName, labels, settings, targets, figures, tunedOn: undefined, createdAt }
  return { ...known, ...calibrationOf(opened.calibration), ...(checked ? {} : { checked }) }
}

async function open(
  context: ServiceContext,
  { path, model: wanted, labels }: Input<'prompts.open'>,
  call: CallContext,
): Promise<PromptSummary> {
  const { store, changed } = context
  const file = await openPrompt(path, labels)
  const { model, prompt } = await modelFor(store, file, basename(path), wanted)
  await checkTail(context, call, { file, model, prompt })
  const { name, figures, answers } = file
  const texts = answers.map(({ text }) => text)
  const here = await knownAnswers(context, call, model.id, prompt, texts)
  const checked = here.length > 0
  if (checked && !agree(answers, here)) throw studioError('prompt/other-answers', basename(path), model.name)
  if (!checked) call.emit({ event: 'warning', step: 0, ...noteOf(studioError('prompt/not-checked', name)) })
  const fresh = { model: model.id, prompt, figures, checked }
  const known = (await store.openedPrompts.twins(fresh)).find((twin) => isNamed(twin.name, name))
  if (known) {
    await store.openedPrompts.setTrashed(known.id, false)
    changed('runs')
    return summary(known, model.name)
  }
  const opened = await store.openedPrompts.add(await freeName(store, name), fresh)
  changed('runs')
  return summary(opened, model.name)
}

const noteOf = ({ code, message }: StudioError) => ({ code, message })

/** Whether it is the name that the file gives, or that with the number that `freeName` adds. */
function isNamed(name: string, given: string): boolean {
  const wanted = fittingName(given, 'prompt')
  // A long name is shortened to make room for its number.
  const unnumbered = name.replace(/ \d+$/, '')
  return name === wanted || unnumbered === wanted || (unnumbered.length > 60 && wanted.startsWith(unnumbered))
}

/** A name that neither a run nor another prompt has: "Mail", "Mail 2". */
const freeName = (store: Store, wanted: string): Promise<string> =>
  freeNameOf(fittingName(wanted, 'prompt'), store.names.isTaken)

export const promptFileMethods: Pick<Methods, `prompts.${'list' | 'open'}`> = {
  'prompts.list': (context) => listPrompts(context),
  'prompts.open': open,
}
