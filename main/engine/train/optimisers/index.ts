// The table of optimisers: a new one is a file here and a line.
import type { OptimiserName, TuneSettings } from '../../../contract/settings.ts'
import { adamW8bit } from './adamw-8bit.ts'
import { adamW } from './adamw.ts'
import type { Optimiser } from './optimiser.ts'
import { sgd } from './sgd.ts'

const optimisers: { readonly [O in OptimiserName]: Optimiser } = { 'adamw-8bit': adamW8bit, adamw: adamW, sgd }

/** AdamW where the settings name none. */
export const optimiserOf = ({ optimiser = 'adamw' }: Pick<TuneSettings, 'optimiser'>): Optimiser =>
  optimisers[optimiser]
