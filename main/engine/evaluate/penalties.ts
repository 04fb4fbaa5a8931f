// Penalties that make tokens less likely which a text has already.
import type { TokenChoice } from '../../contract/sampling.ts'

export interface Penalties {
  /** Changes logits [V] in place, by what was read and written so far. */
  apply(logits: Float32Array): void
  written(id: number): void
}

/**
 * `read`: tokens before the text. The repetition penalty (Keskar et al. 2019) acts on them too; the other two are those of
 * OpenAI's API and act on the written text alone. Undefined where all are off.
 */
export function penaltiesOf(
  { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0 }: TokenChoice,
  read: readonly number[],
): Penalties | undefined {
  if (repetitionPenalty === 1 && frequencyPenalty === 0 && presencePenalty === 0) return undefined
  /** Times that each token was written. */
  const times = new Map<number, number>(read.map((id) => [id, 0]))
  return {
    apply(logits) {
      for (const [id, count] of times) {
        const logit = logits[id] ?? 0
        const repeated = logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty
        logits[id] = repeated - count * frequencyPenalty - (count > 0 ? presencePenalty : 0)
      }
    },
    written: (id) => {
      times.set(id, (times.get(id) ?? 0) + 1)
    },
  }
}
