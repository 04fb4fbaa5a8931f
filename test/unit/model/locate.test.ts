// Finding a model: by content and by what a folder holds; what is none is called what it is, with what to do instead.
import { createHash } from 'node:crypto'
import { copyFileSync, cpSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { openModel } from '../../../main/engine/model/open.ts'
import { prepareModel } from '../../../main/engine/model/prepare.ts'
import { type Change, folderWith, tensorsOfTiny, weightsWith } from '../../support/model-folder.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { tinyFolder } from '../../support/tiny.ts'
import { f32, ggufFile, ggufFixture } from '../../support/write-gguf.ts'

/** A file with this content. */
function fileOf(name: string, content: Uint8Array | string): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}

const llama = ggufFixture('llama')

describe('what is no model', () => {
  const zip = (name: string): Uint8Array => zipSync({ [name]: new Uint8Array(9) })
  const cases: [file: string, content: Uint8Array | string, code: string, words: string][] = [
    ['m.gguf', '', 'model/empty-file', 'm.gguf is empty'],
    [
      'm.gguf',
      'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n',
      'model/lfs-pointer',
      'git lfs pull',
    ],
    ['m.gguf', '<!DOCTYPE html><html><body>Please log in', 'model/not-weights', 'sign in'],
    ['m.gguf', 'Entry not found', 'model/not-weights', 'Entry not found'],
    ['m.safetensors', 'Access to this model is restricted.', 'model/not-weights', 'restricted'],
    ['m.bin', zip('archive/data.pkl'), 'model/other-format', 'a PyTorch checkpoint'],
    ['m.ckpt', Buffer.from([0x80, 2, 0x8a, 10]), 'model/other-format', 'a PyTorch checkpoint'],
    ['m.npz', zip('layers.0.npy'), 'model/other-format', 'MLX'],
    ['m.zip', zip('model.gguf'), 'model/other-format', 'Unpack it'],
    ['m.gguf.gz', gzipSync(Buffer.from('GGUF')), 'model/other-format', 'Unpack it'],
    ['m.onnx', Buffer.from('\x08\x08\x12\x07pytorch\x1a\x052.1.0', 'latin1'), 'model/other-format', 'ONNX'],
    ['m.h5', Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'), 'model/other-format', 'Keras'],
    ['ggml-model.bin', Buffer.from('lmgg\x01\x00\x00\x00', 'latin1'), 'model/other-format', 'before GGUF'],
    ['m.gguf', Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9]), 'model/unknown-kind', 'not a model'],
    ['m.gguf', Buffer.from('GGUF\x00\x00\x00\x03', 'latin1'), 'model/big-endian', 'little-endian'],
    ['m.gguf', Buffer.from('GGUF\x01\x00\x00\x00', 'latin1'), 'model/gguf-version', 'newer copy'],
    ['m.gguf', Buffer.from('GGUF\x04\x00\x00\x00', 'latin1'), 'model/gguf-version', 'Update the studio'],
    ['m.gguf', ggufFile(llama).subarray(0, 20_000), 'model/damaged', 'incomplete'],
    ['m.gguf', ggufFile(llama).subarray(0, 1000), 'model/damaged', 'incomplete'],
    ['m.gguf.part1of2', ggufFile(llama).subarray(0, 20_000), 'model/cut-parts', 'Join all pieces'],
    [
      'lora.gguf',
      ggufFile({
        metadata: {
          'general.architecture': 'llama',
          'general.type': 'adapter',
          'general.base_model.0.name': 'Llama 3',
        },
        tensors: [f32('blk.0.attn_q.weight.lora_a', [4, 4])],
      }),
      'model/adapter',
      'for Llama 3',
    ],
    [
      'mmproj.gguf',
      ggufFile({ metadata: { 'general.architecture': 'clip' }, tensors: [f32('v.x', [4, 4])] }),
      'model/projector',
      'mmproj',
    ],
    ['vocab.gguf', ggufFile({ metadata: llama.metadata, tensors: [] }), 'model/damaged', 'only a vocabulary'],
    [
      'm.gguf',
      ggufFile({
        ...llama,
        metadata: Object.fromEntries(Object.entries(llama.metadata).filter(([key]) => !key.startsWith('tokenizer'))),
      }),
      'tokens/none',
      'no tokenizer',
    ],
    [
      'm.gguf',
      ggufFile({
        ...llama,
        metadata: Object.fromEntries(Object.entries(llama.metadata).filter(([key]) => key !== 'tokenizer.ggml.pre')),
      }),
      'tokens/no-splitting',
      'tokenizer.ggml.pre',
    ],
  ]

  it.each(cases)('%s is said in words', async (name, content, code, words) => {
    const opened = openModel(fileOf(name, content))
    await expect(opened).rejects.toMatchObject({ code })
    await expect(opened).rejects.toThrow(words)
  })

  it.each<[string, Record<string, Change>, string, string]>([
    ['a PyTorch folder', { 'model.safetensors': null, 'pytorch_model.bin': 'x' }, 'model/other-format', 'PyTorch'],
    ['an ONNX folder', { 'model.safetensors': null, 'onnx/model.onnx': 'x' }, 'model/other-format', 'ONNX'],
    [
      'an adapter',
      {
        'config.json': null,
        'model.safetensors': null,
        'adapter_config.json': { base_model_name_or_path: 'me/base' },
        'adapter_model.safetensors': 'x',
      },
      'model/adapter',
      'me/base',
    ],
    [
      'an LFS pointer',
      { 'model.safetensors': 'version https://git-lfs.github.com/spec/v1\n' },
      'model/lfs-pointer',
      'model.safetensors',
    ],
    [
      'an LFS pointer of the tokenizer',
      { 'tokenizer.json': 'version https://git-lfs.github.com/spec/v1\n' },
      'model/lfs-pointer',
      'tokenizer.json',
    ],
    ['a page for a tokenizer', { 'tokenizer.json': '<html>log in' }, 'model/not-weights', 'tokenizer.json'],
    ['an older tokenizer', { 'tokenizer.json': null, 'tokenizer.model': 'x' }, 'tokens/older-form', 'tokenizer.model'],
    [
      'an unfinished download',
      { 'model.safetensors': null, 'model.safetensors.incomplete': 'x' },
      'model/unfinished',
      'unfinished',
    ],
    [
      'a makers’ own form',
      { 'config.json': null, 'model.safetensors': null, 'params.json': '{}', 'consolidated.00.pth': 'x' },
      'model/other-format',
      'PyTorch',
    ],
    ['a config alone', { 'model.safetensors': null }, 'model/missing-file', 'model.safetensors'],
    ['nothing of it', { 'model.safetensors': null, 'config.json': null }, 'model/unknown-kind', 'not a model'],
  ])('a folder with %s is said in words', async (_, changes, code, words) => {
    const opened = openModel(folderWith('llama', changes))
    await expect(opened).rejects.toMatchObject({ code })
    await expect(opened).rejects.toThrow(words)
  })
})

describe('a model is found', () => {
  const gguf = ggufFile(llama)
  const isLlama = async (path: string): Promise<void> => {
    expect((await openModel(path)).config).toMatchObject({ family: 'llama', layers: 2 })
  }

  it('by its content, whatever the file is called', async () => {
    for (const name of [`sha256-${'0'.repeat(64)}`, 'noext', 'model.bin', 'model.GGUF', 'model.gguf.txt'])
      await isLlama(fileOf(name, gguf))
    await isLlama(join(tinyFolder('llama'), 'model.safetensors'))
    await isLlama(join(tinyFolder('llama'), 'config.json'))
    await isLlama(join(tinyFolder('llama'), 'tokenizer.json'))
  })

  it('in a cache of Hugging Face, with its links', async () => {
    const hub = temporaryFolder()
    const root = join(hub, 'models--me--tiny')
    const [blobs, snapshot] = [join(root, 'blobs'), join(root, 'snapshots', 'abc')]
    for (const folder of [blobs, snapshot, join(root, 'refs')]) mkdirSync(folder, { recursive: true })
    for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors']) {
      const blob = createHash('sha1').update(name).digest('hex')
      copyFileSync(join(tinyFolder('llama'), name), join(blobs, blob))
      symlinkSync(join('..', '..', 'blobs', blob), join(snapshot, name))
    }
    for (const path of [root, snapshot, hub, join(root, 'snapshots')]) await isLlama(path)
    cpSync(tinyFolder('qwen2'), join(root, 'snapshots', 'def'), { recursive: true })
    await expect(openModel(root)).rejects.toThrow('Choose one of them: abc, def')
    writeFileSync(join(root, 'refs', 'main'), 'abc\n')
    await isLlama(root)
  })

  it('in a folder that holds one, and asked for where it holds several', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'one.gguf'), gguf)
    writeFileSync(join(folder, 'README.md'), 'text')
    writeFileSync(join(folder, 'mmproj-one.gguf'), 'x')
    await isLlama(folder)
    writeFileSync(join(folder, `sha256-${'a'.repeat(64)}`), gguf)
    await expect(openModel(folder)).rejects.toThrow(`Choose one of them: one.gguf, sha256-${'a'.repeat(64)}`)
    const both = folderWith('llama', { 'model.gguf': gguf })
    await expect(openModel(both)).rejects.toThrow('Choose one of them: model.gguf, config.json')
    await isLlama(join(both, 'config.json'))
    await isLlama(join(both, 'model.gguf'))
    const parent = temporaryFolder()
    for (const name of ['a', 'b']) cpSync(tinyFolder('llama'), join(parent, name), { recursive: true })
    await expect(openModel(parent)).rejects.toThrow('Choose one of them: a, b')
  })

  it('in shards without an index, or in one file of another name', async () => {
    const folder = folderWith('llama', {})
    renameSync(join(folder, 'model.safetensors'), join(folder, 'weights.safetensors'))
    await isLlama(folder)
    const names = Object.keys(tensorsOfTiny('llama'))
    const without = (kept: (at: number) => boolean) =>
      weightsWith('llama', Object.fromEntries(names.flatMap((name, at) => (kept(at) ? [] : [[name, undefined]]))))
    const shards = {
      'model.safetensors': null,
      'model-00001-of-00002.safetensors': without((at) => at % 2 === 0),
      'model-00002-of-00002.safetensors': without((at) => at % 2 === 1),
    }
    await isLlama(folderWith('llama', shards))
    const half = folderWith('llama', { ...shards, 'model-00002-of-00002.safetensors': null })
    await expect(openModel(half)).rejects.toThrow('has no model-00002-of-00002.safetensors')
  })

  it('whose config begins with a byte order mark, and whose names lack the model’s', async () => {
    const config = readFileSync(join(tinyFolder('llama'), 'config.json'), 'utf8')
    await isLlama(folderWith('llama', { 'config.json': `\uFEFF${config}` }))
    const tensors = tensorsOfTiny('llama')
    const bare = Object.entries(tensors).flatMap(([name, tensor]) => [
      [name, undefined] as const,
      [name.replace(/^model\./, ''), tensor] as const,
    ])
    await isLlama(folderWith('llama', { 'model.safetensors': weightsWith('llama', Object.fromEntries(bare)) }))
  })
})

describe('a split GGUF model', () => {
  /** Three parts, the metadata in the first. */
  function split(count = 3): string {
    const folder = temporaryFolder()
    const each = Math.ceil(llama.tensors.length / count)
    for (let no = 0; no < count; no++) {
      const own = { 'split.no': no, 'split.count': count, 'split.tensors.count': llama.tensors.length }
      const metadata = no === 0 ? { ...llama.metadata, ...own } : own
      const name = `tiny-${String(no + 1).padStart(5, '0')}-of-${String(count).padStart(5, '0')}.gguf`
      writeFileSync(
        join(folder, name),
        ggufFile({ metadata, tensors: llama.tensors.slice(no * each, (no + 1) * each) }),
      )
    }
    return folder
  }
  const part = (folder: string, number: number): string => join(folder, `tiny-0000${String(number)}-of-00003.gguf`)

  it('is read from any of its parts, to the same weights as one file', async () => {
    const folder = split()
    const whole = await prepareModel(fileOf('m.gguf', ggufFile(llama)), temporaryFolder(), { name: 'm' })
    for (const path of [part(folder, 1), part(folder, 3), folder]) {
      const model = await prepareModel(path, temporaryFolder(), { name: 'm' })
      expect(
        readFileSync(join(model.folder, 'weights.bin')).equals(readFileSync(join(whole.folder, 'weights.bin'))),
      ).toBe(true)
    }
  })

  it('is refused where parts are missing, renamed, of another model or cut', async () => {
    const folder = split()
    renameSync(part(folder, 2), join(folder, 'other.gguf'))
    await expect(openModel(part(folder, 1))).rejects.toThrow(
      'parts are missing beside the others: tiny-00002-of-00003.gguf',
    )
    await expect(openModel(join(folder, 'other.gguf'))).rejects.toThrow('part 2 of 3 of a split model')
    copyFileSync(part(folder, 1), part(folder, 2))
    await expect(openModel(part(folder, 1))).rejects.toMatchObject({ code: 'model/damaged' })
    writeFileSync(part(folder, 2), readFileSync(join(folder, 'other.gguf')).subarray(0, -64))
    await expect(openModel(part(folder, 1))).rejects.toMatchObject({ code: 'model/damaged' })
    expect(basename(part(folder, 1))).toBe('tiny-00001-of-00003.gguf')
  })
})
