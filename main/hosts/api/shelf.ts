// The prompts and the model that the API offers, read anew when something changes in the studio.
import { studioError } from '../../contract/errors/index.ts'
import type { ModelRecord } from '../../contract/records.ts'
import type { PromptSummary, Studio } from '../../contract/service.ts'

export interface Shelf {
  readonly model: ModelRecord
  readonly prompts: readonly PromptSummary[]
}

export interface ShelfSource {
  shelf(): Promise<Shelf>
}

export interface ShelfOptions {
  readonly studio: Studio
  /** The base model's name. */
  readonly model: string
  /** Those that are offered; undefined = all of the base model's. */
  readonly prompts: readonly string[] | undefined
  /** Aborted when nobody asks any more. */
  readonly signal: AbortSignal
}

/** Errors of `shelf`: 'store/missing', and 'serving/other-model' for a named prompt of another model. */
export function openShelf({ studio, model: wanted, prompts: named, signal }: ShelfOptions): ShelfSource {
  let known: Promise<Shelf> | undefined
  void studio
    .call(
      'studio.watch',
      {},
      {
        signal,
        onEvent: (event) => {
          if (event.event === 'changed' && (event.subject === 'runs' || event.subject === 'models')) known = undefined
        },
      },
    )
    // Whoever asks next hears why the studio does not answer.
    .catch(() => (known = undefined))

  const read = async (): Promise<Shelf> => {
    const models = await studio.call('models.list', {})
    const model = models.find(({ name }) => name === wanted)
    if (!model) throw studioError('store/missing', 'model', wanted)
    const all = await studio.call('prompts.list', {})
    const isOwn = ({ modelName, made }: PromptSummary): boolean => modelName === model.name || made?.name === model.name
    if (!named) return { model, prompts: all.filter(isOwn) }
    const prompts = named.map((name) => {
      const prompt = all.find((each) => each.name === name)
      if (!prompt) throw studioError('store/missing', 'prompt', name)
      if (!isOwn(prompt)) throw studioError('serving/other-model', name, prompt.modelName, model.name)
      return prompt
    })
    return { model, prompts }
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
