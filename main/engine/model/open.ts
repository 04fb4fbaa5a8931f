// Opens a base model: reads headers only, and refuses by name whatever the network could not run.
import { architectures } from '../network/architectures/index.ts'
import { locateModel } from './locate.ts'
import { openFolder } from './open-folder.ts'
import { openGguf } from './open-gguf.ts'
import type { ModelSource } from './source.ts'
import { withoutTokensBeyond } from './tokens-beyond.ts'

/**
 * A GGUF model, or a folder with safetensors, given as itself or as one of its files; of an architecture in `table`.
 * Throws a StudioError for anything else.
 */
export async function openModel(path: string, table = architectures): Promise<ModelSource> {
  const located = await locateModel(path)
  const source = await ('gguf' in located ? openGguf(located.gguf, table) : openFolder(located.folder, table))
  return { ...source, tokenizer: withoutTokensBeyond(source.tokenizer, source.config.vocab) }
}
