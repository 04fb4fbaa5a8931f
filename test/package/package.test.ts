// What is packed for each system: the app without a foreign binary, a test or a source of C, and a service that runs from there.
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join, relative, resolve, sep } from 'node:path'
import { extractAll, extractFile, listPackage } from '@electron/asar'
import { Arch, build as packFor, Platform } from 'electron-builder'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { placesOf } from '../../main/hosts/electron/places.ts'
import { spawnService } from '../../main/hosts/electron/service-process.ts'
import { openHome } from '../../main/service/home/home.ts'
import { attach } from '../../main/service/socket/client.ts'
import { buildElectron } from '../../scripts/build-electron.mjs'
import { programOf } from '../../scripts/checks.mjs'
import { packedPackages } from '../../scripts/notices.mjs'
import { buildRenderer } from '../../scripts/renderer.mjs'
import { makeStandIn, type System } from './stand-ins.ts'

const root = resolve(import.meta.dirname, '../..')
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'softprompt-package-')))

interface Target {
  readonly system: System
  readonly arch: string
  readonly platform: string
  /** Where the packer puts it. */
  readonly resources: string
  readonly program: string
}

const targets: readonly Target[] = [
  {
    system: 'linux',
    arch: 'x64',
    platform: 'linux',
    resources: 'linux-unpacked/resources',
    program: 'linux-unpacked/softprompt-studio',
  },
  {
    system: 'win',
    arch: 'x64',
    platform: 'win32',
    resources: 'win-unpacked/resources',
    program: 'win-unpacked/Softprompt Studio.exe',
  },
  {
    system: 'mac',
    arch: 'arm64',
    platform: 'darwin',
    resources: 'mac-arm64/Softprompt Studio.app/Contents/Resources',
    program: 'mac-arm64/Softprompt Studio.app',
  },
]

/** What can be done here without the system itself: no signature, and no icon written into a Windows program. */
const leftOut = ['-c.mac.identity=null', '-c.win.signAndEditExecutable=false']

const packed = ({ system }: Target): string => join(folder, system)
const archive = (target: Target): string => join(packed(target), target.resources, 'app.asar')
const unpacked = (target: Target): string => `${archive(target)}.unpacked`

function pack(target: Target): void {
  const electron = join(folder, `electron-${target.system}`)
  makeStandIn(target.system, electron)
  const program = programOf({ package: 'electron-builder', bin: 'electron-builder' })
  const output = [`-c.electronDist=${electron}`, `-c.directories.output=${packed(target)}`]
  const args = [`--${target.system}`, 'dir', `--${target.arch}`, '--publish', 'never', ...output, ...leftOut]
  const { status, stdout } = spawnSync(process.execPath, [program, ...args], { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(stdout)
}

/** Paths of files below a folder, with slashes. */
const filesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)).split(sep).join('/'))

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

beforeAll(async () => {
  await buildRenderer()
  await buildElectron()
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe.each(targets)('packed for $platform $arch', (target) => {
  let files: string[] = []
  let listed: string[] = []

  beforeAll(() => {
    pack(target)
    files = filesIn(unpacked(target))
    listed = listPackage(archive(target), { isPack: false }).map((path) => path.split('\\').join('/').slice(1))
    const size = files.reduce((sum, file) => sum + statSync(join(unpacked(target), file)).size, 0)
    process.stdout.write(
      `packed for ${target.platform} ${target.arch}: archive ${megabytes(statSync(archive(target)).size)}, beside it ${megabytes(size)}\n`,
    )
  })

  test('holds the window, what runs in Electron, and the licence', () => {
    for (const path of [
      'build/electron/main.cjs',
      'build/electron/preload.cjs',
      'build/renderer/index.html',
      'LICENSE',
    ])
      expect(listed).toContain(path)
    const { main, devDependencies } = JSON.parse(extractFile(archive(target), 'package.json').toString()) as {
      main: string
      devDependencies?: object
    }
    expect(main).toBe('build/electron/main.cjs')
    expect(devDependencies).toBeUndefined()
  })

  test('has the licences of all that it is made of, in the window and beside it', () => {
    const beside = readFileSync(join(packed(target), target.resources, 'THIRD-PARTY-NOTICES.txt'), 'utf8')
    expect(extractFile(archive(target), 'build/renderer/third-party-notices.txt').toString()).toBe(beside)
    const packages = files
      .filter((file) => /^node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(file))
      .map((file) => file.slice('node_modules/'.length, -'/package.json'.length))
    expect(packages.length).toBeGreaterThan(10)
    // Which of the Nodes is packed depends on the system; their licence is one.
    for (const name of packages.filter((name) => !/^node-(bin-)?(linux|darwin|win)/.test(name)))
      expect(beside).toMatch(new RegExp(`^${name} \\d`, 'm'))
  })

  test('has all that plain Node reads beside the archive', () => {
    for (const path of [
      'main/hosts/electron/service-main.ts',
      'main/hosts/api/local.ts',
      'main/compute/main.ts',
      'main/engine/export/apply.py',
      'resources/sample/sample.json',
      'resources/neutral/text.txt',
      'package.json',
    ])
      expect(files).toContain(path)
  })

  test('has the binaries of this system and no other', () => {
    const binaries = files.filter(
      (file) => ['.node', '.dll', '.dylib'].includes(extname(file)) || /\.so(\.|$)/.test(file),
    )
    expect(binaries).toContain(`node_modules/better-sqlite3/prebuilds/${target.platform}-${target.arch}.node`)
    const runtime = `node_modules/onnxruntime-node/bin/napi-v6/${target.platform}/${target.arch}/`
    expect(binaries).toContain(`${runtime}onnxruntime_binding.node`)
    expect(binaries.filter((file) => !file.startsWith(runtime) && !file.includes('better-sqlite3'))).toEqual([])
    expect(binaries.filter((file) => file.includes('better-sqlite3'))).toHaveLength(1)
  })

  test('has no test, no source of C, no tool, and nothing of the other hosts', () => {
    const all = [...listed, ...files]
    expect(all.filter((file) => /\.(c|cc|cpp|h|hpp|gyp|gypi|md|map|d\.ts|test\.ts)$/.test(file))).toEqual([])
    expect(
      all.filter((file) => /^(test|bench|scripts|renderer|preload|main\/hosts\/(cli|browser))\//.test(file)),
    ).toEqual([])
    expect(all.filter((file) => /^node_modules\/(electron|typescript|vite|svelte|adm-zip|ws)\//.test(file))).toEqual([])
  })

  test('has every package that the service imports', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>
    }
    const others = ['commander', 'ws']
    for (const name of Object.keys(dependencies).filter((name) => !others.includes(name)))
      expect(files).toContain(`node_modules/${name}/package.json`)
  })

  test('has its fuses closed', async () => {
    const wire = await getCurrentFuseWire(join(packed(target), target.program))
    const state = (fuse: FuseV1Options): boolean => wire[fuse] === FuseState.ENABLE
    expect(state(FuseV1Options.RunAsNode)).toBe(false)
    expect(state(FuseV1Options.EnableNodeOptionsEnvironmentVariable)).toBe(false)
    expect(state(FuseV1Options.EnableNodeCliInspectArguments)).toBe(false)
    expect(state(FuseV1Options.GrantFileProtocolExtraPrivileges)).toBe(false)
    expect(state(FuseV1Options.EnableCookieEncryption)).toBe(false)
    expect(state(FuseV1Options.EnableEmbeddedAsarIntegrityValidation)).toBe(true)
    expect(state(FuseV1Options.OnlyLoadAppFromAsar)).toBe(true)
  })
})

const own = targets.find(({ platform, arch }) => platform === process.platform && arch === process.arch)

/** Electron's module as far as a second instance and a preload get: they say what they reach. */
const stub = `
  const say = (what) => (...args) => { console.log(what, ...args) }
  exports.app = { isPackaged: true, getAppPath: () => __dirname, setPath: say('setPath'), quit: say('quit'),
    setAppUserModelId: say('setAppUserModelId'),
    requestSingleInstanceLock: () => false }
  exports.ipcRenderer = { on: say('on') }
  exports.contextBridge = { exposeInMainWorld: (name, parts) => say('expose')(name, Object.keys(parts).join(' ')) }
`

test('what the window’s build puts into it has its licence in the text', async () => {
  const names = new Set<string>()
  const collect = {
    name: 'collect',
    generateBundle: (_: unknown, files: object): void => {
      const modules = Object.values(files as Record<string, { moduleIds?: string[] }>).flatMap(
        (file) => file.moduleIds ?? [],
      )
      for (const path of modules.filter((path) => path.includes('node_modules/'))) {
        const rest = path.split('node_modules/').at(-1) ?? ''
        names.add(
          rest
            .split('/')
            .slice(0, rest.startsWith('@') ? 2 : 1)
            .join('/'),
        )
      }
    },
  }
  const configFile = join(root, 'vite.config.ts')
  await build({
    root: join(root, 'renderer'),
    configFile,
    logLevel: 'error',
    build: { write: false },
    plugins: [collect],
  })
  expect(names.size).toBeGreaterThan(3)
  expect(packedPackages()).toEqual(expect.arrayContaining([...names]))
})

describe('the packages for Linux', () => {
  /** What the packer would hand to the tools that write the packages: those are fetched only then. */
  let entry = ''
  let deb: readonly string[] = []

  beforeAll(async () => {
    const target = targets[0]!
    const config = { directories: { output: join(folder, 'linux-packages') } }
    await packFor({
      targets: Platform.LINUX.createTarget(['AppImage', 'deb'], Arch.x64),
      projectDir: root,
      prepackaged: join(packed(target), 'linux-unpacked'),
      publish: 'never',
      config,
      effectiveOptionComputed: (computed: unknown) => {
        if (Array.isArray(computed)) {
          const args = computed[0] as string[]
          deb = args
          for (const kind of ['--after-install', '--after-remove'])
            scripts[kind] = readFileSync(args[args.indexOf(kind) + 1] ?? '', 'utf8')
        } else entry = (computed as { desktop: string }).desktop
        return Promise.resolve(true)
      },
    })
  })
  const scripts: Record<string, string> = {}

  test('an AppImage in the desktop’s menu starts with Chromium’s sandbox', () => {
    expect(entry).toMatch(/^Exec=AppRun %U$/m)
    expect(entry).not.toContain('no-sandbox')
  })

  test('the .deb installs the profile that lets the program make its sandbox, and takes it away again', () => {
    const program = '/opt/Softprompt Studio/softprompt-studio'
    const profile = readFileSync(join(packed(targets[0]!), 'linux-unpacked/resources/apparmor-profile'), 'utf8')
    expect(profile).toContain(`profile "softprompt-studio" "${program}" flags=(unconfined) {\n  userns,`)
    expect(scripts['--after-install']).toContain("APPARMOR_PROFILE_TARGET='/etc/apparmor.d/softprompt-studio'")
    expect(scripts['--after-install']).toContain('apparmor_parser --replace')
    expect(scripts['--after-remove']).toContain('/etc/apparmor.d/softprompt-studio')
    expect(deb).toContain('--maintainer')
  })

  test('an unpacked tar.gz says what to do where the system forbids the sandbox', () => {
    const text = readFileSync(join(packed(targets[0]!), 'linux-unpacked/README.txt'), 'utf8')
    expect(text).toContain('chmod 4755 chrome-sandbox')
  })
})

test.runIf(own)('the bundles load, and take from Electron what they need', () => {
  const app = join(folder, 'app')
  extractAll(archive(own!), app)
  mkdirSync(join(app, 'node_modules/electron'))
  writeFileSync(join(app, 'node_modules/electron/index.js'), stub)
  const said = (bundle: string): string => {
    const args = [join(app, 'build/electron', bundle), '--home', join(folder, 'home')]
    return spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout
  }
  expect(said('main.cjs')).toBe(
    `setAppUserModelId org.softprompt.studio\nsetPath userData ${join(folder, 'home', 'window')}\nquit\n`,
  )
  expect(said('preload.cjs')).toContain('expose softprompt askLine onOpen grantOf')
})

test.runIf(own)('the packed service tunes, on the packed Node, with nothing but what was packed', async () => {
  const places = placesOf(archive(own!))
  expect(existsSync(places.node)).toBe(true)
  const home = join(folder, 'home')
  const child = spawnService(places.node, places.service, home)
  const gone = new Promise((done) => {
    child.onExit(done)
  })
  const ready = new Promise((done) => {
    child.onReady(() => {
      done('ready')
    })
  })
  expect(await Promise.race([ready, gone])).toBe('ready')
  const studio = await attach(openHome(home).address)
  try {
    const model = await studio!.call('models.add', { path: join(root, 'test/fixtures/tiny/llama'), name: 'tiny' })
    const { dataset, version } = await studio!.call('data.sample', {})
    const { roles } = await studio!.call('data.show', { dataset })
    const settings = { steps: 2, tokens: 2 }
    const { text, label } = roles
    await studio!.call('runs.start', { name: 'run', model: model.name, dataset, version, text, label, settings })
    expect((await studio!.call('runs.watch', { run: 'run' })).state).toBe('finished')
    expect((await studio!.call('export.archive', { run: 'run', to: 'peft' })).bytes.length).toBeGreaterThan(1000)
  } finally {
    await studio?.close()
    child.end()
  }
  expect(await gone).toBe('exit code 0')
})
