// Methods api.*: the studio's switch "Serve on this computer", who may ask, and what is asked.
import * as v from 'valibot'
import { nothing, reference, title, whole } from './fields.ts'

/** Where it listens where nobody chose a port. */
export const usualPort = 8420

export const localApiInputs = {
  'api.state': nothing,
  /**
   * Switches the local API on or off, which is kept over restarts. Where it is on, another port or need of a key closes it
   * first. Errors: 'serving/no-switch' where this studio's service runs in a command, 'serving/port-taken'.
   */
  'api.switch': v.strictObject({
    on: v.boolean(),
    port: v.exactOptional(whole(1, 65_535)),
    /** Whether nobody is answered without a key. */
    needsKey: v.exactOptional(v.boolean()),
  }),
  /** Makes a key, and gives it this once. Errors: 'serving/key-taken', 'serving/keys-damaged'. */
  'api.addKey': v.strictObject({
    name: title,
    /** Requests a minute at most. */
    limit: v.exactOptional(whole(1, 1_000_000)),
  }),
  /** The key opens nothing any more, at once. Error: 'serving/no-such-key'. */
  'api.revokeKey': v.strictObject({ name: reference }),
  /** Emits the latest requests, and every one from now on, until the call is cancelled. */
  'api.watch': nothing,
} as const

export interface ApiSettings {
  readonly on: boolean
  readonly port: number
  readonly needsKey: boolean
}

/** A key without itself. */
export interface KeySummary {
  readonly name: string
  /** Requests a minute; null = no limit. */
  readonly limit: number | null
  readonly createdAt: string
}

export interface ApiState extends ApiSettings {
  /** "http://127.0.0.1:8420" while it answers, else null. */
  readonly url: string | null
  /** Why it does not answer although it is on. */
  readonly problem: string | null
  /** The newest last. */
  readonly keys: readonly KeySummary[]
}

export interface LocalApiOutputs {
  readonly 'api.state': ApiState
  readonly 'api.switch': ApiState
  readonly 'api.addKey': { readonly key: string }
  readonly 'api.revokeKey': null
  readonly 'api.watch': null
}
