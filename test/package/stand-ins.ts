// Stand-ins for Electron's programs: just enough of each system's shape to be packed, with fuses that can be set.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { NtExecutable, NtExecutableResource, Resource } from 'resedit'

/** Electron's own fuses as they leave its factory: mark, version, number, states. */
const fuses = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.from([1, 9]),
  Buffer.from('101101111', 'latin1'),
])

export type System = 'linux' | 'win' | 'mac'

type Write = (path: string, content: string | Uint8Array) => void

const makers: { readonly [S in System]: (write: Write) => void } = {
  linux: (write) => {
    write('electron', fuses)
  },
  win: (write) => {
    write('electron.exe', Buffer.concat([windowsProgram(), fuses]))
  },
  mac: (write) => {
    const app = 'Electron.app/Contents'
    write(`${app}/Info.plist`, plist({ CFBundleExecutable: 'Electron', CFBundleName: 'Electron' }))
    write(`${app}/MacOS/Electron`, 'program')
    write(`${app}/Resources/electron.icns`, 'icon')
    write(`${app}/Frameworks/Electron Framework.framework/Electron Framework`, fuses)
    for (const kind of ['', ' (Renderer)', ' (Plugin)', ' (GPU)']) {
      const helper = `Electron Helper${kind}`
      write(`${app}/Frameworks/${helper}.app/Contents/Info.plist`, plist({ CFBundleExecutable: helper }))
      write(`${app}/Frameworks/${helper}.app/Contents/MacOS/${helper}`, 'program')
    }
  },
}

/** Makes the folder that electron-builder takes as `electronDist`. */
export function makeStandIn(system: System, folder: string): void {
  makers[system]((path, content) => {
    const to = join(folder, path)
    mkdirSync(dirname(to), { recursive: true })
    writeFileSync(to, content, { mode: 0o755 })
  })
  mkdirSync(join(folder, 'resources'), { recursive: true })
}

/** A program without code, but with the version that the packer writes over. */
function windowsProgram(): Uint8Array {
  const program = NtExecutable.createEmpty(false, false)
  const resources = NtExecutableResource.from(program)
  const version = Resource.VersionInfo.createEmpty()
  version.setFileVersion(1, 0, 0, 0, 1033)
  version.setStringValues({ lang: 1033, codepage: 1200 }, { FileDescription: 'stand-in' })
  version.outputToResourceEntries(resources.entries)
  resources.outputResource(program)
  return new Uint8Array(program.generate())
}

const plist = (values: Readonly<Record<string, string>>): string =>
  [
    '<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict>',
    ...Object.entries(values).map(([key, value]) => `<key>${key}</key><string>${value}</string>`),
    '</dict></plist>',
  ].join('')
