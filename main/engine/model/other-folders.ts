// Folders of models in forms that the studio does not read: each is refused with what to do instead.
import { readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'

const originals = 'Download the .safetensors or .gguf files of the same model.'

/** Files that tell the form, tried in this order. */
const forms: readonly { readonly is: RegExp; readonly name: string; readonly advice: string }[] = [
  { is: /\.(bin|pt|pth|ckpt)$/i, name: 'a PyTorch checkpoint', advice: originals },
  { is: /\.(onnx|ort)$|^onnx$/i, name: 'an ONNX model', advice: originals },
  { is: /\.npz$/i, name: 'an older MLX model', advice: originals },
  { is: /\.(h5|keras|tflite|msgpack|pb)$/i, name: 'a Keras, TensorFlow or Flax model', advice: originals },
  { is: /\.(mlmodel|mlpackage|mlmodelc)$/i, name: 'a Core ML model', advice: originals },
  { is: /^consolidated.*\.safetensors$|^params\.json$/i, name: 'a model in the form of its makers', advice: originals },
  { is: /\.nemo$/i, name: 'a NeMo model', advice: originals },
]

/** Throws model/adapter, model/unfinished or model/other-format where the names tell what the folder is. */
export async function refuseOtherFolder(folder: string, names: readonly string[]): Promise<void> {
  if (names.includes('adapter_config.json')) throw studioError('model/adapter', basename(folder), await baseOf(folder))
  const unfinished = names.find((name) => /\.(incomplete|part|partial|crdownload|download|aria2|!qB)$/i.test(name))
  if (unfinished !== undefined) throw studioError('model/unfinished', unfinished)
  for (const { is, name, advice } of forms) {
    const found = names.find((each) => is.test(each))
    if (found !== undefined) throw studioError('model/other-format', found, name, advice)
  }
}

/** The model that an adapter belongs to, as its config names it. */
async function baseOf(folder: string): Promise<string> {
  try {
    const path = join(folder, 'adapter_config.json')
    if ((await stat(path)).size > 1e6) return ''
    const config: unknown = JSON.parse(await readFile(path, 'utf8'))
    const base = (config as Readonly<Record<string, unknown>>)['base_model_name_or_path']
    return typeof base === 'string' ? base.slice(0, 200) : ''
  } catch {
    return ''
  }
}
