// GET /v1/models: the prompts and the base models that a request may name, as OpenAI and as TypeSafe list them.
import type { Shelf } from '../shelf.ts'

interface ModelObject {
  readonly id: string
  readonly object: 'model'
  /** Seconds since 1970. */
  readonly created: number
  readonly owned_by: 'softprompt'
  /** A prompt's base model and labels; a base model has none. */
  readonly base?: string
  readonly labels?: readonly string[]
}

const seconds = (at: string): number => Math.floor(Date.parse(at) / 1000)

export const modelObjects = ({ models, prompts }: Shelf): ModelObject[] => [
  ...prompts.map(({ name, createdAt, modelName, labels }): ModelObject => ({
    ...{ id: name, object: 'model', created: seconds(createdAt), owned_by: 'softprompt' },
    base: modelName,
    ...(labels.length > 0 ? { labels } : {}),
  })),
  ...models.map(({ name, addedAt }): ModelObject => ({
    ...{ id: name, object: 'model', created: seconds(addedAt), owned_by: 'softprompt' },
  })),
]

/** OpenAI's clients read `data`, TypeSafe's read `models`. */
export const modelsAnswer = (shelf: Shelf) => ({
  object: 'list',
  data: modelObjects(shelf),
  models: [
    ...shelf.prompts.map(({ name, purpose, createdAt, modelName, labels }) => ({
      name,
      description: [purpose || `A prompt for ${modelName}`, labels.join(', ')].filter(Boolean).join(': '),
      release_date: createdAt.slice(0, 10),
    })),
    ...shelf.models.map(({ name, addedAt }) => ({
      ...{ name, description: 'A base model', release_date: addedAt.slice(0, 10) },
    })),
  ],
})
