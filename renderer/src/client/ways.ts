// How a person can name a place on disk in this window: by the host's dialog, or by typing it where the host allows that.
import type { PathUse } from '../../../main/contract/methods/fields.ts'
import type { Grant, Ways } from '../../../main/contract/methods/host.ts'
import { type Resource, resource } from './resource.svelte.ts'
import { studio } from './studio.ts'

/** Call it while a component is initialised. */
export const waysToName = (): Resource<Ways> => resource(() => studio.call('host.ways', {}))

/** Asks by a dialog of the system; undefined where the person chooses nothing. */
export const choosePath = async (use: PathUse, suggested?: string): Promise<Grant | undefined> =>
  (await studio.call('host.choose', suggested === undefined ? { use } : { use, suggested }))?.grant

/** Error: 'studio/path-outside'. */
export const typedPath = async (use: PathUse, path: string): Promise<Grant> =>
  (await studio.call('host.type', { use, path })).grant
