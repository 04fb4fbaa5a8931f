// The data sets and models that a new run or sweep can take.
import type { DatasetSummary, InstalledModel } from '../../../../main/contract/service.ts'
import { type Resource, resource } from '../../client/resource.svelte.ts'
import { studio } from '../../client/studio.ts'

export interface Choices {
  /** The data sets, the newest last. */
  readonly data: readonly DatasetSummary[]
  readonly models: readonly InstalledModel[]
}

export const choicesOf = (): Resource<Choices> =>
  resource(
    async () => {
      const [data, models] = await Promise.all([studio.call('data.list', {}), studio.call('models.list', {})])
      return { data, models }
    },
    'data',
    'models',
  )

/** The chosen data set, or the newest if none has been chosen. */
export const datasetOf = (data: readonly DatasetSummary[], chosen: number): DatasetSummary | undefined =>
  data.find(({ id }) => id === chosen) ?? data.at(-1)
