// Checks the numbers of a decoder's config, from whichever file.
import { studioError } from '../../contract/errors/index.ts'
import type { DecoderConfig, Rope } from '../../contract/model.ts'

const maxSize = 2 ** 31
const sizes = ['layers', 'hidden', 'heads', 'kvHeads', 'headDim', 'intermediate', 'vocab', 'context'] as const
const scales = ['normEps', 'embeddingScale', 'attentionScale'] as const

/** Returns the config. Throws model/damaged where a number is none, or contradicts another. */
export function plausible(config: DecoderConfig): DecoderConfig {
  const { heads, kvHeads, headDim, window } = config
  const refused = [
    ...sizes.map((name) => [!isSize(config[name]), `its ${name} (${config[name]}) is no size`] as const),
    ...scales.map((name) => [!isScale(config[name]), `its ${name} (${config[name]}) is no scale`] as const),
    [heads % kvHeads !== 0, `its ${heads} heads do not share ${kvHeads} keys evenly`],
    [headDim % 2 !== 0, `heads of ${headDim} cannot be rotated`],
    [window !== 0 && !isSize(window), `its window (${window}) is no size`],
    [![config.rope, config.localRope].every(isRope), 'its rotary embedding is not well-defined'],
  ] as const
  for (const [isRefused, why] of refused) if (isRefused) throw studioError('model/damaged', why)
  return config
}

const isSize = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= maxSize
const isScale = (value: number): boolean => Number.isFinite(value) && value > 0

function isRope({ theta, scaling }: Rope): boolean {
  if (!isScale(theta)) return false
  if (scaling.kind === 'none') return true
  if (scaling.kind === 'linear') return isScale(scaling.factor)
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalContext } = scaling
  return [factor, low, high].every(isScale) && high > low && isSize(originalContext)
}
