// The model here that a prompt from a file is for: by the hash that the file gives, else by shape and name.
import type { TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { ModelRecord } from '../../contract/records.ts'
import { starter } from '../../contract/starter.ts'
import type { PromptFile } from '../../engine/export/prompt-file.ts'
import { isIdentity } from '../../engine/model/identity.ts'
import type { Store } from '../../engine/store/store.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { serveForEvent } from '../compute/serving.ts'
import { configOf, findModel } from '../lookup.ts'
import { sealedModel } from '../runs/material.ts'

interface Found {
  readonly model: ModelRecord
  readonly prompt: TunedPrompt
}

/**
 * `path`: the file's name in error messages; `wanted`: the model that the caller names. Errors: 'prompt/no-model',
 * 'prompt/damaged', 'prompt/other-shape', 'prompt/which-model', 'store/missing'.
 */
export async function modelFor(store: Store, file: PromptFile, path: string, wanted?: string): Promise<Found> {
  const { hash, name } = file.base
  const models = await store.models.list()
  if (hash !== undefined) {
    const model = models.find((each) => each.hash === hash) ?? models.find((each) => isIdentity(hash, each))
    if (!model) throw studioError('prompt/no-model', path, name, isMissingStarter(name, models))
    const prompt = file.promptFor(await configOf(store, model))
    if (!prompt) throw studioError('prompt/damaged', path)
    return { model, prompt: { ...prompt, modelHash: hash } }
  }
  const named = wanted === undefined ? undefined : await findModel(store, wanted)
  const fitting: Found[] = []
  for (const model of named ? [named] : models) {
    const prompt = file.promptFor(await configOf(store, model))
    if (prompt) fitting.push({ model, prompt: { ...prompt, modelHash: model.hash } })
  }
  if (named && fitting.length === 0) throw studioError('prompt/other-shape', path, named.name, name)
  if (fitting.length === 0)
    throw studioError('prompt/no-model', path, name === '' ? 'another model' : name, isMissingStarter(name, models))
  const [only, ...others] = named ? fitting : fitting.filter(({ model }) => isCalled(model.name, name))
  // Models of one shape may have other weights, with which the adapter answers something else.
  if (!only || others.length > 0) {
    const names = fitting.map(({ model }) => model.name)
    throw studioError('prompt/which-model', path, name, names)
  }
  return only
}

/** Whether the named model is the starter model, and that is not here: one click gets it. */
const isMissingStarter = (name: string, models: readonly ModelRecord[]): boolean =>
  isCalled(starter.name, name) && !models.some((model) => model.name === starter.name)

/** Whether a model here has the name of a repository or folder, but for what says how its numbers are stored. */
function isCalled(model: string, base: string): boolean {
  const own = base.split(/[\\/]/).findLast((part) => part !== '') ?? ''
  const plain = (name: string): string =>
    name.toLowerCase().replace(/([-._](gguf|i?q\d\w*|bf16|fp?(16|32)|int8))+$/, '')
  return own !== '' && plain(model) === plain(own)
}

/** A file that knows the tail by its tokens must know those that end its own template. Error: 'prompt/other-tail'. */
export async function checkTail(
  context: ServiceContext,
  call: CallContext,
  { file, model, prompt }: Found & { readonly file: PromptFile },
): Promise<void> {
  const { invocation } = file
  if (!invocation) return
  const { settings, labels } = prompt
  const job = { kind: 'render' as const, model: await sealedModel(context.store, model.id), settings, labels }
  const { rendering } = await serveForEvent(context, call, job, 'rendering')
  const { ending } = rendering
  if (String(ending.slice(-invocation.length)) !== String(invocation)) throw studioError('prompt/other-tail', file.name)
}
