// Opens the studio in the person's browser by a page on disk: other users of the computer can read a command line, but not the page.
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startProgram } from '../../service/studio/programs.ts'

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [command: string, ...args: string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

const NAME = 'open-softprompt-studio.html'

/** Browsers of this kind of package see nothing of hidden folders, where the studio's folder usually lies. */
const shutIn = ['/snap/bin/firefox', '/snap/bin/chromium', '/snap/bin/brave', '/snap/bin/opera']

/** A page that only its owner can read and that forwards to the address; `home`: the studio's folder. */
export function writePage(home: string, url: string, user = homedir(), confined = shutIn.some(existsSync)): string {
  const hidden = relative(user, home)
    .split(sep)
    .some((part) => /^\.[^.]/.test(part))
  const path = join(confined && hidden ? user : home, NAME)
  const text = [
    '<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">',
    `<title>Softprompt Studio</title><meta http-equiv="refresh" content="0; url=${url}">`,
    `<p><a href="${url}">Open Softprompt Studio</a></p>`,
  ]
  rmSync(path, { force: true })
  writeFileSync(path, `${text.join('\n')}\n`, { mode: 0o600, flag: 'wx' })
  return path
}

/** Opens the page; where that fails the person has the printed line. */
export function openInBrowser(page: string): void {
  const [command, ...args] = openers[process.platform] ?? ['xdg-open']
  startProgram(command, [...args, pathToFileURL(page).href], { stdio: 'ignore', detached: true })
    ?.on('error', () => undefined)
    .unref()
}

/** Whether there is a screen to open it on. */
export const hasDisplay = (env: NodeJS.ProcessEnv = process.env, platform: string = process.platform): boolean =>
  platform !== 'linux' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY'])
