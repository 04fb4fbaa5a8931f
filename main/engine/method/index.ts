// The table of tuning methods: a new one is a new file and one line here.
import type { MethodName } from '../../contract/settings.ts'
import type { Method } from './method.ts'
import { prefixTuning } from './prefix.ts'
import { promptTuning } from './prompt.ts'

export const methods: { readonly [K in MethodName]: Method } = {
  'prefix-tuning': prefixTuning,
  'prompt-tuning': promptTuning,
}
