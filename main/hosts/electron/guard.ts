// What no page in the app may do: go elsewhere, open windows, embed pages, use devices, or reach the network.
import type { Session, Shell, WebContents } from 'electron'
import { ORIGIN, SCHEME } from './scheme.ts'

/** Sites that a link in the studio may open, in the person's own browser. */
const sites: readonly string[] = ['huggingface.co', 'github.com']

export const isOwn = (url: string): boolean => url === ORIGIN || url.startsWith(`${ORIGIN}/`)

/** Whether a link may leave the app. */
export function mayOpen(link: string): boolean {
  const url = URL.parse(link)
  return url?.protocol === 'https:' && url.port === '' && url.username === '' && sites.includes(url.hostname)
}

/** Call it for every web contents that is ever made. */
export function guardContents(contents: WebContents, shell: Pick<Shell, 'openExternal'>): void {
  const stay = (event: { readonly url: string; preventDefault(): void }): void => {
    if (!isOwn(event.url)) event.preventDefault()
  }
  contents.on('will-navigate', stay)
  contents.on('will-redirect', stay)
  contents.on('will-frame-navigate', stay)
  contents.on('will-attach-webview', (event) => {
    event.preventDefault()
  })
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpen(url)) void shell.openExternal(url)
    return { action: 'deny' }
  })
}

const schemes: readonly string[] = [`${SCHEME}:`, 'data:', 'blob:', 'devtools:']

/** Copying, and writing into a folder that the person chooses in the system's own dialog. */
const permitted: readonly string[] = ['clipboard-sanitized-write', 'fileSystem']

/** What the session of every window refuses. `chooseOther`: asks for another folder than one that Chromium protects. */
export function guardSession(session: Session, chooseOther: (path: string) => Promise<boolean>): void {
  // Without an answer the page would wait for its folder for ever.
  session.on('file-system-access-restricted', (_event, { path }, answer) => {
    void chooseOther(path).then(
      (again) => {
        answer(again ? 'tryAgain' : 'deny')
      },
      () => {
        answer('deny')
      },
    )
  })
  session.setPermissionRequestHandler((_contents, permission, answer) => {
    answer(permitted.includes(permission))
  })
  session.setPermissionCheckHandler((_contents, permission) => permitted.includes(permission))
  session.setDevicePermissionHandler(() => false)
  // The spelling checker would fetch its dictionaries.
  session.setSpellCheckerEnabled(false)
  session.webRequest.onBeforeRequest(({ url }, answer) => {
    const { protocol } = URL.parse(url) ?? { protocol: '' }
    answer({ cancel: !schemes.includes(protocol) })
  })
}
