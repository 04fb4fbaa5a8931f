// What a file is, by its first bytes and not by its ending; what is known as something else than a model is refused by name.
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'

export type FileKind = 'gguf' | 'safetensors' | 'json' | 'unknown'

/** Bytes that tell what a file is. */
const headBytes = 512

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const head = Buffer.alloc(headBytes)
    const { bytesRead } = await file.read(head, 0, headBytes, 0)
    return head.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** Throws model/empty-file, model/lfs-pointer, model/not-weights or model/other-format. */
export async function recognise(path: string): Promise<FileKind> {
  const head = await headOf(path)
  const name = basename(path)
  if (head.length === 0) throw studioError('model/empty-file', name)
  if (starts(head, 'GGUF')) return 'gguf'
  // Eight bytes of length, of which the upper three are zero, then a JSON object.
  if (head.length > 8 && head.subarray(5, 8).every((byte) => byte === 0) && head[8] === 0x7b) return 'safetensors'
  const foreign = formats.find(({ is }) => is(head))
  if (foreign) throw studioError('model/other-format', name, foreign.name, foreign.advice)
  const text = textOf(head)
  if (text === undefined) return 'unknown'
  if (text.startsWith('version https://git-lfs.github.com/spec/')) throw studioError('model/lfs-pointer', name)
  if (/^[{[]/.test(text)) return 'json'
  throw studioError('model/not-weights', name, text.slice(0, 60).replace(/\s+/g, ' ').trim())
}

const starts = (head: Buffer, text: string, at = 0): boolean =>
  head.subarray(at, at + text.length).toString('latin1') === text

const isZip = (head: Buffer): boolean => starts(head, 'PK\x03\x04')
/** Whether the first file of a zip is called so: its name stands near the start. */
const zipHolds = (head: Buffer, name: string): boolean => isZip(head) && head.includes(name)
/** A protocol-buffer message whose first field is a small version number, followed by its producer's name. */
const isOnnx = (head: Buffer): boolean =>
  head[0] === 0x08 && (head[1] ?? 255) < 32 && (head[2] === 0x12 || head[2] === 0x3a)

const originals = 'Download the .safetensors or .gguf files of the same model.'

const formats: readonly {
  readonly name: string
  readonly advice: string
  readonly is: (head: Buffer) => boolean
}[] = [
  {
    name: 'a PyTorch checkpoint',
    advice: `${originals} It cannot be opened safely, since it may contain programs.`,
    is: (head) =>
      zipHolds(head, 'data.pkl') ||
      zipHolds(head, '.data/') ||
      (head[0] === 0x80 && [2, 3, 4, 5].includes(head[1] ?? 0)),
  },
  { name: 'a NumPy archive, as older MLX models are', advice: originals, is: (head) => zipHolds(head, '.npy') },
  {
    name: 'a compressed archive',
    advice: 'Unpack it, and choose the model in it.',
    is: (head) =>
      isZip(head) ||
      ['\x1f\x8b', '7z\xbc\xaf', 'Rar!', '\x28\xb5\x2f\xfd', '\xfd7zXZ', 'BZh'].some((magic) => starts(head, magic)) ||
      starts(head, 'ustar', 257),
  },
  {
    name: 'a llama.cpp file from before GGUF',
    advice: 'Download the same model as GGUF.',
    is: (head) => ['lmgg', 'fmgg', 'tjgg', 'algg'].some((magic) => starts(head, magic)),
  },
  {
    name: 'a Keras or TensorFlow model',
    advice: originals,
    is: (head) => starts(head, '\x89HDF') || starts(head, 'TFL3', 4),
  },
  { name: 'an ONNX model', advice: `${originals} Tuning needs the weights as they were trained.`, is: isOnnx },
  { name: 'a SQLite database', advice: 'Choose a model file.', is: (head) => starts(head, 'SQLite format 3') },
]

/** The text, where all bytes are one; a character may be cut off at the end. */
function textOf(head: Buffer): string | undefined {
  const text = new TextDecoder().decode(head, { stream: true })
  return /[\p{Cc}\uFFFD]/u.test(text.replace(/[\t\n\r\f]/g, '')) ? undefined : text.trimStart()
}
