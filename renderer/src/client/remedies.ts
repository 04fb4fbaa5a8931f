// Does what solves an error.
import type { Remedy } from '../../../main/contract/errors/remedy.ts'
import type { CallOptions } from '../../../main/contract/service.ts'
import { studio } from './studio.ts'

/** What a click can do at once; the network is allowed on a page of its own. */
export type Solvable = Exclude<Remedy, { readonly kind: 'network' }>

/** Resolves with what was done, in a few words. */
export async function solve(remedy: Solvable, options: CallOptions): Promise<string> {
  if (remedy.kind === 'starter') return (await studio.call('models.starter', {}, options)).name
  const { dataset, problem } = remedy
  return (await studio.call('data.fix', { dataset, ...(problem === undefined ? {} : { problem }) }, options))
    .description
}
