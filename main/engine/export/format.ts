// What goes into an export and what comes out of it.
import type { Evaluation, TunedPrompt } from '../../contract/compute.ts'
import type { ModelRecord } from '../../contract/records.ts'

/** What is taken away, and what there is to say of it. */
export interface Exported {
  /** The run's name. */
  readonly name: string
  readonly model: Pick<ModelRecord, 'name' | 'hash' | 'family'>
  readonly prompt: TunedPrompt
  /** Figures on its own held-out rows, where there are some. */
  readonly figures: readonly (Pick<Evaluation, 'subject' | 'accuracy' | 'macroF1'> & { readonly rows: number })[]
}

/** The files of a folder by their names. */
export type Files = Readonly<Record<string, Uint8Array | string>>
