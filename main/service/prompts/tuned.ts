// A tuned prompt by its name, wherever it was tuned: with its model here, and how it did on the test set.
import type { TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { EvaluationFigures, ModelRecord, RunRecord } from '../../contract/records.ts'
import { makesModel } from '../../engine/method/index.ts'
import { isIdentity } from '../../engine/model/identity.ts'
import type { Store } from '../../engine/store/store.ts'
import { findRun, modelOf } from '../lookup.ts'

export interface Tuned {
  readonly name: string
  /** The model that answers with the prompt: the base model, or the one that the run made of it. */
  readonly model: ModelRecord
  /** The model that answers without it. */
  readonly base: ModelRecord
  readonly prompt: TunedPrompt
  readonly figures: readonly EvaluationFigures[]
}

/**
 * The prompt of a run, or else one that was opened from a file. Errors: 'store/missing', 'run/no-prompt', 'run/diverged',
 * 'run/other-model', 'run/model-removed'.
 */
export async function findTuned(store: Store, name: string): Promise<Tuned> {
  const opened = await store.openedPrompts.byName(name)
  if (!opened || (await store.runs.find(name))) return tunedBy(store, await findRun(store, name))
  const prompt = await store.openedPrompts.prompt(opened)
  const model = matching(name, await modelOf(store, opened.model), prompt)
  return { name, model, base: model, prompt, figures: opened.figures }
}

export async function tunedBy(store: Store, run: RunRecord): Promise<Tuned> {
  const prompt = await store.prompts.byRun(run.id)
  if (!prompt) throw studioError(run.state === 'diverged' ? 'run/diverged' : 'run/no-prompt', run.name)
  const base = await modelOf(store, run.model)
  const answering = makesModel(run.settings) ? await store.models.byRun(run.id) : base
  if (!answering) throw studioError('run/model-removed', run.name)
  const model = matching(run.name, answering, prompt)
  return { name: run.name, model, base, prompt, figures: await ownFigures(store, run) }
}

/** On the run's own test set. */
export async function ownFigures(store: Store, run: RunRecord): Promise<readonly EvaluationFigures[]> {
  const evaluations = await store.evaluations.list(run.id)
  return evaluations.filter(({ dataset, version }) => dataset === run.dataset && version === run.version)
}

function matching(name: string, model: ModelRecord, { modelHash }: TunedPrompt): ModelRecord {
  if (!isIdentity(modelHash, model)) throw studioError('run/other-model', name, model.name)
  return model
}
