// The licences of everything that is packed, in one text: what the installed packages say, and what they leave out.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './node24.mjs'

/** Packages that the window's build puts into it; most of what they need themselves serves the build only. */
export const bundled = ['svelte', 'clsx', 'uplot', '@lucide/svelte', '@fontsource-variable/inter']

/** Texts that their packages leave out, in resources/licences. @type {Record<string, string[]>} */
const kept = {
  'onnxruntime-node': ['onnxruntime.txt', 'onnxruntime-third-parties.txt'],
  'onnxruntime-common': ['onnxruntime.txt'],
  saxes: ['saxes.txt'],
}

const intro = `Softprompt Studio is free software under the MIT licence (the file LICENSE). It stands on the work of others, whose
licences follow.

Electron and Chromium, in the packed app: LICENSE.electron.txt and LICENSES.chromium.html lie beside the program.
DirectML.dll, dxil.dll and dxcompiler.dll, in the app for Windows: Microsoft's, redistributed with onnxruntime-node under
the licence of Microsoft.AI.DirectML and of the DirectX Shader Compiler.
SmolLM2-135M-Instruct, the starter model, is no part of the studio: it is downloaded where a person asks for it, under the
Apache License 2.0 (its text stands below, with @huggingface/tokenizers), from Hugging Face (HuggingFaceTB). A model that a
person adds keeps its own licence.
`

/** @typedef {{ version?: string, license?: string, dependencies?: Record<string, string>, optional?: boolean, dev?: boolean }} Locked */

/** @returns {Record<string, Locked>} */
const lockedPackages = () => JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages

/**
 * Names of all packages that are packed or bundled, in alphabetical order; of the Nodes that come along the installed one.
 * @returns {string[]}
 */
export function packedPackages() {
  const locked = lockedPackages()
  /** @type {Set<string>} */
  const found = new Set()
  /** @param {string} name */
  const visit = (name) => {
    const own = locked[`node_modules/${name}`]
    if (!own || found.has(name) || !existsSync(join(root, 'node_modules', name))) return
    found.add(name)
    Object.keys(own.dependencies ?? {}).forEach(visit)
  }
  const { dependencies = {}, ...others } = locked[''] ?? {}
  const nodes = Object.keys(/** @type {{ optionalDependencies?: object }} */ (others).optionalDependencies ?? {})
  for (const name of [...Object.keys(dependencies), ...nodes]) visit(name)
  return [...found, ...bundled].sort()
}

/**
 * Licences and notices of a package.
 * @param {string} name
 * @throws where it has none: then its text belongs in resources/licences
 */
function textsOf(name) {
  const folder = join(root, 'node_modules', name)
  const own = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
  const paths = [
    ...own.map((file) => join(folder, file)),
    ...(kept[name] ?? []).map((file) => join(root, 'resources', 'licences', file)),
  ]
  if (paths.length === 0) throw new Error(`${name} has no licence: put its text into resources/licences.`)
  return paths.map((path) => readFileSync(path, 'utf8').trim())
}

/**
 * The whole text; equal texts stand once, under all their packages.
 * @returns {string}
 */
export function notices() {
  const locked = lockedPackages()
  /** @type {Map<string, string[]>} */
  const sections = new Map()
  for (const name of packedPackages()) {
    const { version = '', license = '' } = locked[`node_modules/${name}`] ?? {}
    for (const text of textsOf(name))
      sections.set(text, [...(sections.get(text) ?? []), `${name} ${version}${license && ` (${license})`}`])
  }
  const rule = '='.repeat(100)
  return [intro, ...[...sections].map(([text, names]) => `${rule}\n${names.join('\n')}\n${rule}\n\n${text}\n`)].join(
    '\n',
  )
}
