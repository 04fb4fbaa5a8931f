// Schema of how a text's tokens are chosen, for the methods that write.
import * as v from 'valibot'
import { between, whole } from './fields.ts'

/** What they mean: contract/sampling.ts. */
export const samplingFields = {
  temperature: between(0, 100),
  topP: between(1e-6, 1),
  topK: v.exactOptional(whole(0, 1_000_000)),
  minP: v.exactOptional(between(0, 1)),
  repetitionPenalty: v.exactOptional(between(0.01, 100)),
  frequencyPenalty: v.exactOptional(between(-100, 100)),
  presencePenalty: v.exactOptional(between(-100, 100)),
  seed: whole(0, 0xffffffff),
}
