// The secret by which the browser host knows this window: taken out of the address at once, and stored for this origin alone.
import { KEY_MARK, KEY_PATH, PROOF_PATH } from '../../../main/contract/window-key.ts'

/**
 * Where the secret lies. Unlike a cookie, storage belongs to one port: no other server on this computer ever receives it.
 * Tabs of the studio share it, so that a second one opens too, and a new one reaches those that wait.
 */
const STORED = 'softprompt-key'

/** `absent`: no key, or one that the host does not know; `silent`: nobody answers, or somebody else. */
export type KeyState = { readonly secret: string } | 'absent' | 'silent'

let fromAddress = takeFromAddress()
// Pasted into a tab that shows the studio already, the address only changes behind its '#'.
addEventListener('hashchange', ({ oldURL }) => {
  fromAddress = takeFromAddress(new URL(oldURL).hash) ?? fromAddress
})

/** The key behind the '#', which leaves the address and the history before anything else reads them. */
function takeFromAddress(before = ''): string | undefined {
  const { hash, pathname } = location
  if (!hash.startsWith(KEY_MARK)) return undefined
  const [key = '', ...page] = hash.slice(KEY_MARK.length).split('#')
  history.replaceState(history.state, '', pathname + (page.length > 0 ? `#${page.join('#')}` : before))
  return key
}

/** Exchanges the key of the address, or else the stored secret, for the secret of the host that answers now. */
export async function currentKey(): Promise<KeyState> {
  const brought = fromAddress
  fromAddress = undefined
  for (const key of [brought, localStorage.getItem(STORED)]) {
    if (!key) continue
    // A key of the address is the printed one, or works once; the stored one must not reach who has taken the port since.
    const answer = key === brought || (await isKnown(key)) ? await exchange(key) : 'absent'
    if (answer === 'silent') {
      fromAddress ??= brought
      return 'silent'
    }
    if (answer === 'absent') continue
    localStorage.setItem(STORED, answer.secret)
    return answer
  }
  return 'absent'
}

/** Whether whoever answers proves that it knows the key, so that nothing is lost by showing it. Nobody's silence is left to `exchange`. */
async function isKnown(secret: string): Promise<boolean> {
  const challenge = crypto.randomUUID()
  const response = await fetch(`${PROOF_PATH}?challenge=${challenge}`, { cache: 'no-store' }).catch(() => undefined)
  if (!response) return true
  const [hmac, bytes] = [{ name: 'HMAC', hash: 'SHA-256' }, new TextEncoder()]
  const key = await crypto.subtle.importKey('raw', bytes.encode(secret), hmac, false, ['sign'])
  const proof = new Uint8Array(await crypto.subtle.sign(hmac, key, bytes.encode(challenge)))
  return (await response.text()) === base64Url(proof)
}

const base64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

async function exchange(key: string): Promise<KeyState> {
  try {
    const response = await fetch(KEY_PATH, { headers: { authorization: `Bearer ${key}` }, cache: 'no-store' })
    return response.ok ? { secret: await response.text() } : response.status === 403 ? 'absent' : 'silent'
  } catch {
    // Whoever does not answer at all is tried again.
    return 'silent'
  }
}

/** Resolves when another tab has stored a new secret, or the address has brought a key. */
export const newKey = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      resolve()
    }
    addEventListener('storage', look, { once: true, signal })
    addEventListener('hashchange', look, { once: true, signal })
  })
