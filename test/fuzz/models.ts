// Hostile models: GGUF files and folders that are made well, then changed, are opened or refused in a sentence, quickly.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { safetensorsFile } from '../../main/engine/export/safetensors.ts'
import { configFromJson } from '../../main/engine/model/config-json.ts'
import { openModel } from '../../main/engine/model/open.ts'
import { renderChat } from '../../main/engine/tokens/chat.ts'
import { createTokenizer } from '../../main/engine/tokens/tokenizer.ts'
import { tensorsOfTiny } from '../support/model-folder.ts'
import { tinyFolder } from '../support/tiny.ts'
import { f32, ggufFile, ggufFixture } from '../support/write-gguf.ts'

/** Milliseconds that a tiny model may take on a busy computer. */
const longest = 5_000

/** Resolves where the work succeeds or throws a StudioError, in time. */
async function typed(work: () => unknown): Promise<void> {
  const start = performance.now()
  try {
    await work()
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'StudioError') throw error
  }
  const took = performance.now() - start
  if (took > longest) throw new Error(`it took ${took.toFixed(0)} ms`)
}

/** The work with a folder of its own, which is gone afterwards. */
async function within(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'softprompt-fuzz-'))
  try {
    await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Bytes replaced, inserted or cut. */
const edits = fc.record({
  replaced: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
  numbers: fc.array(fc.tuple(fc.nat(), fc.constantFrom(0n, 1n, 2n ** 31n, 2n ** 40n, 2n ** 63n, 2n ** 64n - 1n)), {
    maxLength: 2,
  }),
  cut: fc.option(fc.nat(), { freq: 6 }),
})
type Edits = typeof edits extends fc.Arbitrary<infer T> ? T : never

function edited(file: Uint8Array, { replaced, numbers, cut }: Edits, reach = file.length): Buffer {
  const bytes = Buffer.from(file)
  for (const [at, byte] of replaced) bytes[at % reach] = byte
  for (const [at, number] of numbers)
    if (bytes.length > 8) bytes.writeBigUInt64LE(number, at % (Math.min(reach, bytes.length) - 7))
  return cut === null ? bytes : bytes.subarray(0, cut % (bytes.length + 1))
}

const scalar = fc.oneof(
  fc.constantFrom(0, 1, -1, 2, 4, 16, 1e9, 0.5, true, false, '', 'llama', 'yarn', 'linear'),
  fc.double(),
  fc.string({ maxLength: 12 }),
)
const value = fc.oneof(
  scalar,
  fc.array(fc.nat(9), { maxLength: 4 }),
  fc.array(fc.string({ maxLength: 4 }), { maxLength: 4 }),
)

const llama = ggufFixture('llama')
const keys = Object.keys(llama.metadata)

export const ggufFuzz = {
  name: 'GGUF',
  cases: fc.record({
    metadata: fc.dictionary(
      fc.oneof(
        fc.constantFrom(...keys, 'llama.rope.scaling.type', 'split.count', 'general.type'),
        fc.string({ maxLength: 20 }),
      ),
      value,
      { maxKeys: 3 },
    ),
    types: fc.dictionary(fc.constantFrom(...llama.tensors.map(({ name }) => name)), fc.nat(45), { maxKeys: 2 }),
    extra: fc.array(fc.string({ minLength: 1, maxLength: 30 }), { maxLength: 2 }),
    edits,
  }),
  check: ({
    metadata,
    types,
    extra,
    edits: how,
  }: {
    metadata: Record<string, never>
    types: Record<string, number>
    extra: string[]
    edits: Edits
  }): Promise<void> =>
    within(async (folder) => {
      const tensors = llama.tensors.map((each) => ({ ...each, type: types[each.name] ?? each.type }))
      const file = ggufFile({
        metadata: { ...llama.metadata, ...metadata },
        tensors: [...tensors, ...extra.map((name) => f32(name, [4]))],
      })
      const path = join(folder, 'm.gguf')
      // Most of a file is weights, which no header depends on.
      writeFileSync(path, edited(file, how, 12_000))
      await typed(() => openModel(path))
    }),
}

const weights = tensorsOfTiny('llama')
const weightNames = Object.keys(weights)

export const safetensorsFuzz = {
  name: 'safetensors with an index',
  cases: fc.record({
    left: fc.array(fc.constantFrom(...weightNames), { maxLength: 2 }),
    extra: fc.array(fc.string({ minLength: 1, maxLength: 30 }), { maxLength: 2 }),
    index: fc.option(
      fc.dictionary(
        fc.constantFrom(...weightNames),
        fc.oneof(fc.constantFrom('model-1.safetensors', 'none.safetensors', '../x', '/dev/zero'), fc.jsonValue()),
        { maxKeys: 4 },
      ),
    ),
    edits,
  }),
  check: ({
    left,
    extra,
    index,
    edits: how,
  }: {
    left: string[]
    extra: string[]
    index: Record<string, unknown> | null
    edits: Edits
  }): Promise<void> =>
    within(async (folder) => {
      const one = { shape: [1], data: Float32Array.of(1) }
      const tensors = { ...weights, ...Object.fromEntries(extra.map((name) => [name, one])) }
      const kept = Object.fromEntries(Object.entries(tensors).filter(([name]) => !left.includes(name)))
      for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json'])
        writeFileSync(join(folder, name), readFileSync(join(tinyFolder('llama'), name)))
      const file = edited(safetensorsFile(kept), how, 3_000)
      writeFileSync(join(folder, index === null ? 'model.safetensors' : 'model-1.safetensors'), file)
      if (index !== null) {
        const whole = Object.fromEntries(weightNames.map((name) => [name, 'model-1.safetensors']))
        writeFileSync(
          join(folder, 'model.safetensors.index.json'),
          JSON.stringify({ weight_map: { ...whole, ...index } }),
        )
      }
      await typed(() => openModel(folder))
    }),
}

const config = JSON.parse(readFileSync(join(tinyFolder('llama'), 'config.json'), 'utf8')) as Record<string, unknown>

export const configFuzz = {
  name: 'config.json',
  cases: fc.record({
    type: fc.constantFrom('llama', 'mistral', 'qwen2', 'qwen3', 'gemma3', 'gemma3_text'),
    more: fc.dictionary(
      fc.oneof(
        fc.constantFrom(
          ...Object.keys(config),
          'rope_scaling',
          'layer_types',
          'text_config',
          'sliding_window',
          'quantization_config',
        ),
        fc.string({ maxLength: 12 }),
      ),
      fc.oneof(
        value,
        fc.jsonValue(),
        fc.dictionary(fc.constantFrom('rope_type', 'type', 'factor', 'rope_theta', 'full_attention'), value),
      ),
      { maxKeys: 5 },
    ),
  }),
  check: ({ type, more }: { type: string; more: Record<string, unknown> }): Promise<void> =>
    typed(() => configFromJson({ ...config, model_type: type, ...more })),
}

interface Json {
  readonly model: { readonly vocab: Record<string, number>; readonly merges: readonly unknown[] }
  readonly added_tokens: readonly object[]
}
const tokenizer = JSON.parse(readFileSync(join(tinyFolder('llama'), 'tokenizer.json'), 'utf8')) as Json &
  Record<string, unknown>

export const tokenizerFuzz = {
  name: 'tokenizer.json',
  cases: fc.record({
    stages: fc.dictionary(
      fc.constantFrom('normalizer', 'pre_tokenizer', 'post_processor', 'decoder', 'added_tokens'),
      fc.oneof(
        fc.jsonValue(),
        fc.record({
          type: fc.constantFrom('Sequence', 'ByteLevel', 'Split', 'Metaspace', 'Replace', 'Strip', 'Digits'),
          pretokenizers: fc.jsonValue(),
          content: fc.string({ maxLength: 3 }),
        }),
      ),
      { maxKeys: 2 },
    ),
    vocab: fc.dictionary(fc.string({ maxLength: 6 }), fc.oneof(fc.nat(400), fc.constantFrom(-1, 0.5, 1e12)), {
      maxKeys: 3,
    }),
    merges: fc.array(
      fc.oneof(fc.string({ maxLength: 6 }), fc.array(fc.string({ maxLength: 3 }), { maxLength: 3 }), fc.nat()),
      { maxLength: 3 },
    ),
    text: fc.string({ unit: 'binary', maxLength: 40 }),
  }),
  check: ({
    stages,
    vocab,
    merges,
    text,
  }: {
    stages: Record<string, unknown>
    vocab: Record<string, number>
    merges: unknown[]
    text: string
  }): Promise<void> =>
    typed(() => {
      const model = {
        ...tokenizer.model,
        vocab: { ...tokenizer.model.vocab, ...vocab },
        merges: [...tokenizer.model.merges, ...merges],
      }
      const made = createTokenizer({ tokenizer: { ...tokenizer, ...stages, model }, config: { eos_token: '</s>' } })
      made.decode(made.encode(text))
      made.encodeTemplate(text)
    }),
}

const piece = fc.oneof(
  fc.constantFrom(
    '{% for m in messages %}',
    '{% endfor %}',
    '{% if ',
    ' %}',
    '{% endif %}',
    '{{ messages[0].content }}',
    '{{ m.content | trim }}',
  ),
  fc.constantFrom(
    '{{ bos_token }}',
    '{% set x = ',
    '{% macro f() %}',
    '{% endmacro %}',
    '{{ f() }}',
    '{{ raise_exception("x") }}',
    'strftime_now("%Y")',
  ),
  fc.constantFrom(
    '{{',
    '}}',
    '{%',
    '%}',
    '{#',
    '#}',
    '{%- ',
    ' -%}',
    'range(9)',
    'messages',
    '|',
    '(',
    ')',
    '[',
    ']',
    '~',
    '"',
  ),
  fc.string({ maxLength: 8 }),
)

/** Loops that a template makes long are outside: the library has no bound, and the service ends a process that does not answer. */
export const chatFuzz = {
  name: 'chat templates',
  cases: fc.record({
    pieces: fc.array(piece, { maxLength: 14 }),
    form: fc.constantFrom('text', 'list', 'named', 'odd'),
  }),
  check: ({ pieces, form }: { pieces: string[]; form: string }): Promise<void> =>
    typed(() => {
      const template = pieces.join('')
      const forms: Readonly<Record<string, unknown>> = {
        text: template,
        list: [{ name: 'default', template }],
        named: [{ name: 'other', template }],
        odd: { template },
      }
      renderChat(
        { tokenizer: {}, config: { chat_template: forms[form], bos_token: '<s>' } },
        { instruction: 'do it', thinking: false },
        'hello',
      )
    }),
}

/** A folder's texts by any content: JSON of any shape, and none. */
export const folderFuzz = {
  name: 'the texts of a model folder',
  cases: fc.dictionary(
    fc.constantFrom(
      'tokenizer_config.json',
      'generation_config.json',
      'special_tokens_map.json',
      'chat_template.jinja',
      'tokenizer.json',
      'config.json',
    ),
    fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom('', '{}', '[]', '{"eos_token_id":[1,2]}', 'version https://git-lfs.github.com/spec/v1'),
    ),
    { minKeys: 1, maxKeys: 2 },
  ),
  check: (files: Record<string, string>): Promise<void> =>
    within(async (folder) => {
      for (const name of ['model.safetensors', 'config.json', 'tokenizer.json', 'tokenizer_config.json'])
        writeFileSync(join(folder, name), readFileSync(join(tinyFolder('llama'), name)))
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
      await typed(() => openModel(folder))
    }),
}
