// The studio as one window may use it: paths only as grants of this host, which answers host.* and files.* itself.
import * as v from 'valibot'
import { studioError } from '../../contract/errors/index.ts'
import { pathFields } from '../../contract/grants.ts'
import type { PathUse } from '../../contract/methods/fields.ts'
import { type HostInput, hostInputs, type HostMethod, type HostOutputs } from '../../contract/methods/host.ts'
import type { Studio } from '../../contract/service.ts'
import { withinAllowed } from './allowed.ts'
import type { Grants } from './grants.ts'
import { createUploads, type Place } from './uploads.ts'

export interface WindowOptions {
  /** Where windows' uploads lie. */
  readonly uploads: string
  /** Folders within which the window's person may type paths. */
  readonly allowed: readonly string[]
  /** Asks the person for a path by a dialog of the system; undefined where they choose none. */
  readonly choose?: (use: PathUse, suggested?: string) => Promise<string | undefined>
  /** Offers a file to the window's person; gives the address where they can take it once. */
  readonly offer?: (place: Place) => string
}

export interface GuardedStudio extends Studio {
  /** The window has left: what it uploaded is deleted. */
  end(): Promise<void>
}

type Answers = { readonly [M in HostMethod]: (input: HostInput<M>) => Promise<HostOutputs[M]> }

export function guardStudio(
  studio: Studio,
  grants: Grants,
  { uploads: folder, allowed, choose, offer }: WindowOptions,
): GuardedStudio {
  const uploads = createUploads(folder)
  const answers: Answers = {
    'host.ways': () => Promise.resolve({ chooses: choose !== undefined, allowed }),
    'host.choose': async ({ use, suggested }) => {
      if (!choose) throw studioError('studio/no-dialog')
      const path = await choose(use, suggested)
      return path === undefined ? null : grants.give(use, path)
    },
    'host.type': ({ use, path }) => Promise.resolve(grants.give(use, withinAllowed(allowed, path))),
    'files.open': async ({ name, folder: isFolder }) => ({ file: await uploads.open(name, isFolder) }),
    'files.next': async ({ file, name }) => {
      await uploads.next(file, name)
      return null
    },
    'files.write': async ({ file, bytes }) => {
      await uploads.write(file, bytes)
      return null
    },
    'files.close': async ({ file }) => {
      const { path, remove } = await uploads.close(file)
      return grants.give('read', path, remove)
    },
    'files.place': async ({ name }) => {
      if (!offer) throw studioError('studio/no-downloads')
      const place = await uploads.place(name)
      return { ...grants.give('save', place.path), address: offer(place) }
    },
    'files.giveUp': async ({ grant }) => {
      await grants.giveUp(grant)
      return null
    },
  }
  const own = async (method: HostMethod, input: unknown): Promise<unknown> => {
    const checked = v.safeParse(hostInputs[method] as v.GenericSchema, input, { abortEarly: true })
    if (!checked.success) throw studioError('run/bad-input', method, checked.issues[0].message.slice(0, 200))
    return answers[method](checked.output as never)
  }
  return {
    call: async (method, input, options) => {
      if (Object.hasOwn(hostInputs, method)) return (await own(method as string as HostMethod, input)) as never
      // A service of another version may know more methods, whose paths nobody here would know.
      if (!Object.hasOwn(pathFields, method)) throw studioError('run/bad-input', 'Request', 'there is no such method')
      const { input: resolved, ended } = grants.take(method, input)
      try {
        return await studio.call(method, resolved as never, options)
      } finally {
        await ended()
      }
    },
    end: uploads.end,
  }
}
