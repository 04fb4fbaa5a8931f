// Paths that a person has chosen, behind tokens: a window sees and sends only these, and each is good for one call, and for looks before it.
import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import { pathFields } from '../../contract/grants.ts'
import type { PathUse } from '../../contract/methods/fields.ts'
import type { Grant, Granted } from '../../contract/methods/host.ts'
import type { Method } from '../../contract/service.ts'

/** What the studio made for the path, such as an uploaded file, goes with its grant. */
type Remove = () => Promise<void>

export interface Grants {
  give(use: PathUse, path: string, remove?: Remove): Granted
  /**
   * The input of a call with paths in place of its grants, and what to call when that call has ended. Error:
   * 'studio/no-grant' for a path, and for a grant that is unknown, was used, or is for something else.
   */
  take(method: string, input: unknown): { readonly input: unknown; readonly ended: Remove }
  /** The grant will not be used; one that is unknown is gone already. */
  giveUp(token: string): Promise<void>
}

/** Methods that only look at a file: the grant is still good for the call that takes it. */
const looking: ReadonlySet<string> = new Set<Method>(['data.glance'])

/** Grants that wait to be used: beyond them the oldest goes. */
const MAX_WAITING = 64

interface Waiting {
  readonly use: PathUse
  readonly path: string
  readonly remove: Remove
}

const nothing: Remove = () => Promise.resolve()

export function createGrants(): Grants {
  const waiting = new Map<string, Waiting>()

  const find = (method: string, token: unknown, use: PathUse): Waiting => {
    const found = typeof token === 'string' ? waiting.get(token) : undefined
    if (found?.use !== use) throw studioError('studio/no-grant', method)
    return found
  }
  return {
    give: (use, path, remove = nothing) => {
      const token = randomBytes(16).toString('base64url')
      waiting.set(token, { use, path, remove })
      const [oldest] = waiting
      if (waiting.size > MAX_WAITING && oldest) {
        waiting.delete(oldest[0])
        void oldest[1].remove()
      }
      return { grant: token as Grant, name: basename(path) }
    },
    take: (method, input) => {
      const fields = Object.hasOwn(pathFields, method) ? (pathFields[method] ?? []) : []
      if (fields.length === 0 || typeof input !== 'object' || input === null) return { input, ended: nothing }
      const given: Record<string, unknown> = { ...input }
      const found = fields
        .filter(([field]) => Object.hasOwn(given, field))
        .map(([field, use]) => [field, given[field], find(method, given[field], use)] as const)
      for (const [field, token, { path }] of found) {
        if (!looking.has(method)) waiting.delete(token as string)
        given[field] = path
      }
      if (looking.has(method)) return { input: given, ended: nothing }
      return {
        input: given,
        ended: async () => {
          for (const [, , { remove }] of found) await remove()
        },
      }
    },
    giveUp: async (token) => {
      const found = waiting.get(token)
      waiting.delete(token)
      await found?.remove()
    },
  }
}
