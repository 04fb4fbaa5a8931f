// Chooses the tokens of a text one after the other: penalties and the wanted form change the logits, then one is drawn.
import type { SamplingSettings } from '../../contract/sampling.ts'
import type { Constraint } from '../constrain/constrainer.ts'
import { createRandom } from '../random.ts'
import { penaltiesOf } from './penalties.ts'
import { sample } from './sampling.ts'

/** Gives each next token of a text from its logits [V], which stay as they are. */
export type Choose = (logits: Float32Array) => number

/** `read`: tokens before the text. */
export function createChooser(
  sampling: SamplingSettings,
  read: readonly number[],
  constraint: Constraint | undefined,
): Choose {
  const random = createRandom(sampling.seed)
  const penalties = penaltiesOf(sampling, read)
  return (logits) => {
    const changed = penalties || constraint ? logits.slice() : logits
    penalties?.apply(changed)
    constraint?.mask(changed)
    const id = sample(changed, sampling, random)
    penalties?.written(id)
    constraint?.written(id)
    return id
  }
}
