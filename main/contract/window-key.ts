// How a window in a browser shows its host that a person opened it: a secret in no cookie, no address that is sent, no log.

/** The address that a person opens ends in `#key=…`: browsers send nothing behind the `#` to anybody. */
export const KEY_MARK = '#key='

/** Where a window exchanges a key for the session's secret, both in the header `authorization`: 200, or 403 for a wrong one. */
export const KEY_PATH = '/key'

/**
 * Where the host proves that it knows the secret: `?challenge=` gives HMAC-SHA-256 of it under the secret, base64url. The secret
 * outlives the host, and another program may have taken its port meanwhile: a window tells it to nobody without the proof.
 */
export const PROOF_PATH = '/proof'

/** Where the websocket opens. */
export const LINE_PATH = '/studio'

/** Subprotocols that a window offers: the one that is spoken, and one that only carries the secret. */
export const LINE_PROTOCOL = 'softprompt'
export const KEY_PROTOCOL = 'softprompt.key.'
