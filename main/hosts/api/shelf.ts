// The prompts and models that the API offers: what stands on the shelf, or some by their names. Read anew when something changes.
import { setTimeout } from 'node:timers/promises'
import { createBackOff } from '../../contract/back-off.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { ModelRecord } from '../../contract/records.ts'
import type { Input, PromptSummary, Studio, StudioEvent } from '../../contract/service.ts'

/** A prompt as a request names it. */
export interface Offered extends Pick<PromptSummary, 'modelName' | 'labels' | 'settings' | 'createdAt'> {
  readonly name: string
  /** What it is for; '' where nobody said it. */
  readonly purpose: string
  /** How the service is asked for it: by its own name, or by that on the shelf. */
  readonly by: Exclude<Input<'serving.write'>['by'], { readonly model: string }>
}

export interface Shelf {
  /** Base models of the prompts, and others that are offered: never none where there are prompts. */
  readonly models: readonly ModelRecord[]
  readonly prompts: readonly Offered[]
  /** Whether these are the shelf's, and not some that were named. */
  readonly isWhole: boolean
}

export interface ShelfSource {
  shelf(): Promise<Shelf>
}

export interface ShelfOptions {
  readonly studio: Studio
  /** The name of the only base model whose prompts are offered; undefined = any. */
  readonly model?: string | undefined
  /** The prompts that are offered; undefined = what stands on the shelf. */
  readonly prompts?: readonly string[] | undefined
  /** Aborted when nobody asks any more. */
  readonly signal: AbortSignal
}

/** What changes the answer. */
const subjects: ReadonlySet<string> = new Set(['shelf', 'runs', 'models', 'data'])

/** Errors of `shelf`: 'store/missing', and 'serving/other-model' for a named prompt of another model. */
export function openShelf({ studio, model: only, prompts: named, signal }: ShelfOptions): ShelfSource {
  let known: Promise<Shelf> | undefined
  const backOff = createBackOff()
  const onEvent = (event: StudioEvent): void => {
    backOff.reset()
    if (event.event === 'changed' && subjects.has(event.subject)) known = undefined
  }
  /** Until nobody asks any more: when the service ends, another one takes over. */
  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      // Whoever asks next hears why the studio does not answer.
      await studio.call('studio.watch', {}, { signal, onEvent }).catch(() => undefined)
      known = undefined
      await setTimeout(backOff.next(), undefined, { signal }).catch(() => undefined)
      // What was read meanwhile may have changed unseen.
      known = undefined
    }
  }
  void follow()

  const read = async (): Promise<Shelf> => {
    const all = await studio.call('models.list', {})
    const own = all.filter(({ name }) => name === only)
    if (only !== undefined && own.length === 0) throw studioError('store/missing', 'model', only)
    const prompts = await (named ? byName(studio, named, only) : onShelf(studio, only))
    const models = only === undefined ? all.filter(({ name }) => prompts.some((each) => each.modelName === name)) : own
    return { models, prompts, isWhole: named === undefined }
  }
  return {
    shelf: () => {
      const reading = known ?? read()
      known = reading
      reading.catch(() => {
        if (known === reading) known = undefined
      })
      return reading
    },
  }
}

/** Whether the model, or one that was made of it, answers with the prompt. */
const worksWith = ({ modelName, made }: PromptSummary, model: string | undefined): boolean =>
  model === undefined || modelName === model || made?.name === model

/** Errors: 'store/missing', 'serving/other-model'. */
async function byName(studio: Studio, names: readonly string[], model: string | undefined): Promise<Offered[]> {
  const all = await studio.call('prompts.list', {})
  return names.map((name) => {
    const prompt = all.find((each) => each.name === name)
    if (!prompt) throw studioError('store/missing', 'prompt', name)
    if (!worksWith(prompt, model)) throw studioError('serving/other-model', name, prompt.modelName, model ?? '')
    return { ...prompt, purpose: '', by: { prompt: name } }
  })
}

async function onShelf(studio: Studio, model: string | undefined): Promise<Offered[]> {
  const items = await studio.call('shelf.list', {})
  return items.flatMap(({ name, purpose, prompt }) =>
    prompt && worksWith(prompt, model) ? [{ ...prompt, name, purpose, by: { item: name } }] : [],
  )
}

/** The question that lets a prompt choose among its labels. */
export const askedOf = ({ by }: Offered): Input<'serving.ask'>['questions'][number] =>
  'item' in by ? { by: 'item', ...by } : { by: 'prompt', ...by }

/** Why nothing is called so, and what there is. */
export function missingName({ isWhole }: Shelf, kind: string, name: string, names: readonly string[]): string {
  const all = names.length === 0 ? 'none' : names.join(', ')
  return isWhole
    ? `"${name}" is not on the shelf. There are: ${all}. Put it on the shelf in the studio, or choose one of these.`
    : `There is no ${kind} "${name}" here. There are: ${all}.`
}
