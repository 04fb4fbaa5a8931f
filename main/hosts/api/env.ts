// What a request carries on its way through the API.
import type { HttpBindings } from '@hono/node-server'
import type { Noted } from './endpoints/endpoint.ts'
import type { ApiKey } from '../../service/serving/keys.ts'

export interface ApiEnv {
  readonly Bindings: HttpBindings
  readonly Variables: {
    /** The key that was shown; absent where none is needed. */
    key?: ApiKey
    note: (what: Partial<Noted>) => void
  }
}
