// Opens a prompt that somebody made: the studio's own file, or a folder of PEFT as it is or zipped.
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { unzipSync } from 'fflate'
import { peftFiles } from '../../contract/kinds.ts'
import { studioError } from '../../contract/errors/index.ts'
import { bundleFiles, openBundle } from './open-bundle.ts'
import { openPeft } from './open-peft.ts'
import { maxPromptBytes, type PromptFile, type PromptFiles } from './prompt-file.ts'

/** `labels`: where the file has no template, and so no labels, of its own. Errors: 'prompt/…'. */
export async function openPrompt(path: string, labels: readonly string[] = []): Promise<PromptFile> {
  const name = basename(path)
  // What is not there is as little a prompt as an empty file.
  const found = await stat(path).catch(() => undefined)
  if (!found) throw studioError('prompt/damaged', name)
  if (found.isDirectory()) return openPeft(await filesIn(path), name, labels)
  const folder = dirname(path)
  if (peftFiles.some((each) => each === name)) return openPeft(await filesIn(folder), basename(folder), labels)
  if (!found.isFile() || found.size > maxPromptBytes) throw studioError('prompt/damaged', name)
  return openArchive(await readFile(path), name, labels)
}

/** A prompt file, or a zip of a folder of PEFT. `file`: its name. Errors: 'prompt/…'. */
export function openArchive(bytes: Uint8Array, file: string, labels: readonly string[] = []): PromptFile {
  const files = unpacked(bytes, [...bundleFiles, ...peftFiles])
  if (!files) throw studioError('prompt/damaged', file)
  return files['adapter_config.json'] ? openPeft(files, basename(file, extname(file)), labels) : openBundle(files, file)
}

async function filesIn(folder: string): Promise<PromptFiles> {
  const files: PromptFiles = {}
  let total = 0
  for (const name of peftFiles) {
    const path = join(folder, name)
    const size = await stat(path).then(
      (found) => (found.isFile() ? found.size : undefined),
      () => undefined,
    )
    if (size === undefined) continue
    total += size
    if (total > maxPromptBytes) throw studioError('prompt/damaged', basename(folder))
    files[name] = await readFile(path)
  }
  return files
}

/** A file grows by this factor at most when it is unpacked: deflate cannot compress more. */
const maxRatio = 1100

/** The files of a zip with these names, whatever folder they lie in; undefined where it is none, or too large. */
function unpacked(bytes: Uint8Array, wanted: readonly string[]): PromptFiles | undefined {
  let total = 0
  try {
    const files = unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        if (!wanted.includes(basename(name))) return false
        total += originalSize
        if (total > maxPromptBytes || originalSize > maxRatio * Math.max(1, size)) throw new Error('it is too large')
        return true
      },
    })
    return Object.fromEntries(Object.entries(files).map(([name, content]) => [basename(name), content]))
  } catch {
    return undefined
  }
}
