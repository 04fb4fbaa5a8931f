// What client and service say to each other on the socket.
import type { StudioEvent } from '../../contract/service.ts'

/** Changes with every change of the contract that an older client would not understand. */
export const PROTOCOL = 1

export type ClientMessage =
  | { readonly say: 'call'; readonly id: number; readonly method: string; readonly input: unknown }
  | { readonly say: 'cancel'; readonly id: number }

export type ServerMessage =
  | { readonly say: 'hello'; readonly protocol: number }
  | { readonly say: 'event'; readonly id: number; readonly event: StudioEvent }
  | { readonly say: 'value'; readonly id: number; readonly value: unknown }
  | { readonly say: 'error'; readonly id: number; readonly code: string; readonly message: string }
