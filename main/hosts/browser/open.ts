// Opens an address in the person's browser; where that fails they have the printed line.
import { startProgram } from '../../service/studio/programs.ts'

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [command: string, ...args: string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

export function openInBrowser(url: string): void {
  const [command, ...args] = openers[process.platform] ?? ['xdg-open']
  startProgram(command, [...args, url], { stdio: 'ignore', detached: true })
    ?.on('error', () => undefined)
    .unref()
}

/** Whether there is a screen to open it on. */
export const hasDisplay = (env: NodeJS.ProcessEnv = process.env, platform: string = process.platform): boolean =>
  platform !== 'linux' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY'])
