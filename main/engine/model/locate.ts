// Finds the model at a path: a file by its content, a folder by what it holds. Where there are several, it asks which.
import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import { refuseOtherFolder } from './other-folders.ts'
import { recognise } from './recognise.ts'
import { partsOf, splitOf } from './split-gguf.ts'

/** The files of a GGUF model, its first part first, or the folder of a model of transformers. */
export type Located = { readonly gguf: readonly string[] } | { readonly folder: string }

/** Throws a StudioError where there is no model, or more than one. */
export async function locateModel(path: string): Promise<Located> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) throw studioError('model/not-found', path)
  if (found.isDirectory()) return locateIn(path)
  if (!found.isFile()) throw studioError('model/unknown-kind', path)
  return locateAt(path)
}

async function locateAt(path: string): Promise<Located> {
  const name = basename(path)
  if (/\.part\d+of\d+$|\.gguf-split-[a-z]{1,2}$|\.gguf\.a[a-z]$|\.(gguf|safetensors)\.0\d+$/i.test(name))
    throw studioError('model/cut-parts', name)
  const kind = await recognise(path)
  if (kind === 'gguf') return { gguf: await partsOf(path) }
  const folder = dirname(path)
  const names = await readdir(folder)
  if (kind === 'safetensors' && /^adapter_model/i.test(name)) await refuseOtherFolder(folder, names)
  if ((kind === 'safetensors' || kind === 'json') && names.includes('config.json')) return { folder }
  if (kind === 'safetensors') throw studioError('model/missing-file', 'config.json')
  throw studioError('model/unknown-kind', path)
}

/** How deep a folder is searched for the one folder with a model. */
const maxDepth = 2

async function locateIn(folder: string, depth = 0): Promise<Located> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.map(({ name }) => name)
  if (names.includes('snapshots')) return locateIn(await snapshotOf(folder))
  const files = await ggufsIn(folder, names)
  const hasFolder = names.includes('config.json') && names.some(isWeights)
  if (names.includes('adapter_config.json')) await refuseOtherFolder(folder, names)
  const [only] = files
  if (only !== undefined && files.length === 1 && !hasFolder) return { gguf: await partsOf(join(folder, only)) }
  if (hasFolder && files.length === 0) return { folder }
  if (files.length > 0) throw studioError('model/which-file', folder, [...files, ...(hasFolder ? ['config.json'] : [])])
  await refuseOtherFolder(folder, names)
  if (names.includes('config.json')) throw studioError('model/missing-file', 'model.safetensors')
  const inner = depth < maxDepth ? await modelFolders(folder, entries) : []
  const [single] = inner
  if (single !== undefined && inner.length === 1) return locateIn(join(folder, single), depth + 1)
  if (inner.length > 1) throw studioError('model/which-file', folder, inner)
  throw studioError('model/unknown-kind', folder)
}

const isWeights = (name: string): boolean => /\.safetensors$/i.test(name) && !/^adapter_model/i.test(name)

/** The folder's GGUF models; of a split one its first part that is there, and no projectors where there are models. */
async function ggufsIn(folder: string, names: readonly string[]): Promise<string[]> {
  // Ollama's blobs have no ending.
  const candidates = names.filter((name) => /\.gguf$/i.test(name) || /^sha256[-:][0-9a-f]+$/.test(name)).sort()
  const isFile = await Promise.all(candidates.map((name) => isGguf(join(folder, name))))
  const seen = new Set<string>()
  const models = candidates.filter((name, at) => {
    const split = splitOf(name)
    const key = split ? `${split.base} of ${split.count}` : name
    if (!isFile[at] || seen.has(key)) return false
    seen.add(key)
    return true
  })
  const texts = models.filter((name) => !/mmproj/i.test(name))
  return texts.length > 0 ? texts : models
}

/** A file with that ending counts whatever it holds: what is wrong with it is said when it is opened. */
async function isGguf(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() !== true) return false
  if (/\.gguf$/i.test(path)) return true
  return recognise(path).then(
    (kind) => kind === 'gguf',
    () => false,
  )
}

/** Hugging Face's cache keeps each revision of a repository as a folder of links; `refs/main` names the newest. */
async function snapshotOf(root: string): Promise<string> {
  const snapshots = join(root, 'snapshots')
  const names = (await readdir(snapshots)).sort()
  const main = await readFile(join(root, 'refs', 'main'), 'utf8').then(
    (text) => text.trim(),
    () => '',
  )
  const [only] = names
  if (names.includes(main)) return join(snapshots, main)
  if (only !== undefined && names.length === 1) return join(snapshots, only)
  if (only === undefined) throw studioError('model/unknown-kind', root)
  throw studioError('model/which-file', snapshots, names)
}

async function modelFolders(folder: string, entries: readonly Dirent[]): Promise<string[]> {
  const folders = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => name)
  const holds = await Promise.all(
    folders.map(async (name) => {
      // A folder that may not be entered is none to choose.
      const inner = await readdir(join(folder, name)).catch(() => [])
      return inner.some((each) => /^(config\.json|snapshots)$|\.gguf$|^sha256-/i.test(each))
    }),
  )
  return folders.filter((_, at) => holds[at]).sort()
}
