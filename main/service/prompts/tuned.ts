// A tuned prompt by its name, wherever it was tuned: with its model here, and how it did on the test set.
import type { TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { EvaluationFigures, ModelRecord, RunRecord } from '../../contract/records.ts'
import { isIdentity } from '../../engine/model/identity.ts'
import type { Store } from '../../engine/store/store.ts'
import { findRun, modelOf } from '../lookup.ts'

export interface Tuned {
  readonly name: string
  readonly model: ModelRecord
  readonly prompt: TunedPrompt
  readonly figures: readonly EvaluationFigures[]
}

/** The prompt of a run, or else one that was opened from a file. Errors: 'store/missing', 'run/no-prompt', 'run/diverged', 'run/other-model'. */
export async function findTuned(store: Store, name: string): Promise<Tuned> {
  const opened = await store.openedPrompts.byName(name)
  if (!opened || (await store.runs.find(name))) return tunedBy(store, await findRun(store, name))
  const prompt = await store.openedPrompts.prompt(opened)
  return { name, model: await matching(store, name, opened.model, prompt), prompt, figures: opened.figures }
}

export async function tunedBy(store: Store, run: RunRecord): Promise<Tuned> {
  const prompt = await store.prompts.byRun(run.id)
  if (!prompt) throw studioError(run.state === 'diverged' ? 'run/diverged' : 'run/no-prompt', run.name)
  const model = await matching(store, run.name, run.model, prompt)
  return { name: run.name, model, prompt, figures: await ownFigures(store, run) }
}

/** On the run's own test set. */
export async function ownFigures(store: Store, run: RunRecord): Promise<readonly EvaluationFigures[]> {
  const evaluations = await store.evaluations.list(run.id)
  return evaluations.filter(({ dataset, version }) => dataset === run.dataset && version === run.version)
}

async function matching(store: Store, name: string, id: number, { modelHash }: TunedPrompt): Promise<ModelRecord> {
  const model = await modelOf(store, id)
  if (!isIdentity(modelHash, model)) throw studioError('run/other-model', name, model.name)
  return model
}
