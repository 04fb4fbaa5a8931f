// Quantised weights against the values that they represent: matrix products forwards and backwards, and gathered rows.
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { QuantisedWeight, StoredType, WeightPart } from '../../../../main/contract/model.ts'
import { elements, type Tensor } from '../../../../main/contract/tensor.ts'
import { constant, quantised, gather, input, matmul, rowsOf } from '../../../../main/engine/graph/ops.ts'
import type { Dialect } from '../../../../main/engine/graph/lower/index.ts'
import { storedBytes } from '../../../../main/engine/model/dequantise.ts'
import { blocks } from '../../../../main/engine/model/quantisation/blocks.ts'
import { type QuantScheme, partBytes } from '../../../../main/engine/model/quantisation/scheme.ts'
import { half } from '../../../../main/engine/model/quantisation/half.ts'
import { int8 } from '../../../../main/engine/model/quantisation/int8.ts'
import { storedRows, valuesOf } from '../../../../main/engine/model/stored.ts'
import { integers } from '../../../../main/engine/method/batch.ts'
import { byteCodes } from '../../../../main/engine/runtime/byte-products.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { distance, open, tensor, uniform } from '../run.ts'

/** Where each type's blocks have their 16-bit scales. */
const scalesAt: Readonly<Partial<Record<StoredType, readonly number[]>>> = {
  Q8_0: [0],
  Q4_0: [0],
  Q4_1: [0, 2],
  Q5_0: [0],
  Q5_1: [0, 2],
  Q4_K: [0, 2],
  Q5_K: [0, 2],
  Q6_K: [208],
}

/** A weight of random values of sane sizes as a model file has it. */
function storedWeight(type: StoredType, shape: readonly number[]): Uint8Array {
  const random = uniform(7)
  const count = elements(shape)
  if (type === 'F32') return new Uint8Array(Float32Array.from({ length: count }, () => random() - 0.5).buffer)
  if (type === 'F16') return new Uint8Array(Float16Array.from({ length: count }, () => random() - 0.5).buffer)
  const bytes = Uint8Array.from({ length: storedBytes(type, count) ?? 0 }, () => 256 * random())
  const size = storedBytes(type, type.endsWith('K') ? 256 : 32) ?? 1
  const view = new DataView(bytes.buffer)
  for (let at = 0; at < bytes.length; at += size)
    for (const place of scalesAt[type] ?? []) view.setUint16(at + place, 0x2000 + 0xfff * random(), true)
  // A block of one value only.
  if (type === 'Q4_1') view.setUint16(0, 0, true)
  return bytes
}

interface StoredWeight {
  readonly folder: string
  readonly weight: QuantisedWeight
  /** What it stands for. */
  readonly values: Float32Array
}

/** How far an 8-bit product may be off: tokens beside signed bytes have one bit less where the CPU needs that. */
const rounding = async (type: 'i8' | 'u8'): Promise<number> =>
  type === 'u8' || (await byteCodes()) === 127 ? 0.015 : 0.03

/** The weight in a form, its parts one after another in a file. */
const store = (form: QuantScheme, type: StoredType, shape: readonly number[]): Promise<StoredWeight> =>
  storeBytes(form, type, storedWeight(type, shape), shape)

const storeValues = (form: QuantScheme, values: Float32Array, shape: readonly number[]): Promise<StoredWeight> =>
  storeBytes(form, 'F32', new Uint8Array(values.buffer), shape)

async function storeBytes(
  form: QuantScheme,
  type: StoredType,
  stored: Uint8Array,
  shape: readonly number[],
): Promise<StoredWeight> {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'stored'), stored)
  const ref = { file: 'stored', offset: 0, bytes: stored.length, type, shape }
  let end = 0
  const parts: Record<string, WeightPart> = {}
  for (const [name, part] of Object.entries(form.parts(ref))) {
    const bytes = partBytes(part.type, elements(part.shape))
    parts[name] = { ...part, file: 'weights', offset: end, bytes }
    end += Math.ceil(bytes / 64) * 64
  }
  const written = openSync(join(folder, 'weights'), 'w')
  writeSync(written, Buffer.alloc(end))
  const writer = form.writer(ref, (part, data, at) => {
    writeSync(written, data, 0, data.byteLength, (parts[part]?.offset ?? 0) + at)
    return Promise.resolve()
  })
  const values = new Float32Array(elements(shape))
  for await (const rows of storedRows(folder, ref, undefined)) {
    await writer.rows(rows)
    values.set(valuesOf(rows), rows.first * rows.columns)
  }
  await writer.end()
  closeSync(written)
  return { folder, weight: { scheme: form.name ?? 'half', shape, parts }, values }
}

const out = 48
const width = 512
const tokens = 6
const random = uniform(3)
const x = tensor([2, tokens, width], () => random() - 0.5)
const dy = tensor([2, tokens, out], () => random() - 0.5)
const wanted = [0, 47, 3, 3]

/** What the graph makes of the weight: x W', dy W and some rows. */
async function use(
  { folder, weight }: StoredWeight,
  dialect: Dialect,
  given: Tensor = x,
): Promise<Record<string, Tensor>> {
  const node = quantised('w', weight)
  const outputs = {
    forward: matmul(input('x', x.shape), node, { transB: true }),
    backward: matmul(input('dy', ['rows', tokens, out]), node, { alpha: 0.5 }),
    rows: gather(node, input('ids', [2, 'ids'], 'i64')),
  }
  const session = await open(outputs, dialect, folder)
  const results = await session.run({ x: given, dy, ids: integers(wanted, [2, 2]) })
  await session.release()
  return results
}

/** The same with float32 values. */
function expected(values: Float32Array): Record<'forward' | 'backward' | 'rows', Float32Array> {
  const forward = new Float32Array(2 * tokens * out)
  const backward = new Float32Array(2 * tokens * width)
  for (let t = 0; t < 2 * tokens; t++)
    for (let o = 0; o < out; o++)
      for (let i = 0; i < width; i++) {
        const value = values[o * width + i] ?? NaN
        forward[t * out + o] = (forward[t * out + o] ?? 0) + value * (x.data[t * width + i] ?? NaN)
        backward[t * width + i] = (backward[t * width + i] ?? 0) + 0.5 * value * (dy.data[t * out + o] ?? NaN)
      }
  const rows = wanted.flatMap((row) => [...values.subarray(row * width, (row + 1) * width)])
  return { forward, backward, rows: Float32Array.from(rows) }
}

async function worst(stored: StoredWeight, dialect: Dialect): Promise<number> {
  const found = await use(stored, dialect)
  const errors = Object.entries(expected(stored.values)).map(([name, values]) =>
    distance(found[name]?.data ?? [], values),
  )
  return Math.max(...errors)
}

const dialects = ['cpu', 'portable'] as const

describe.each(dialects)('said in %s operators', (dialect) => {
  it.each(['Q4_0', 'Q4_1', 'Q4_K', 'Q5_0', 'Q5_1', 'Q5_K', 'Q6_K', 'Q8_0'] as const)(
    'a weight of type %s is used as it is stored',
    async (type) => expect(await worst(await store(blocks, type, [out, width]), dialect)).toBeLessThan(1e-5),
  )

  it('a weight of 16 bits is the float32 weight of its rounded values', async () => {
    const stored = await store(half, 'F32', [out, width])
    const rounded = { ...stored, values: new Float32Array(new Float16Array(stored.values)) }
    expect(await worst(rounded, dialect)).toBeLessThan(1e-6)
    expect(await worst(await store(half, 'F16', [out, width]), dialect)).toBeLessThan(1e-6)
  })

  it.each(['i8', 'u8'] as const)('an 8-bit weight of %s is the float32 weight but for rounding', async (type) => {
    expect(await worst(await store(int8(type), 'F32', [out, width]), dialect)).toBeLessThan(await rounding(type))
  })
})

describe.each(dialects)('an 8-bit weight of which there is one copy, said in %s operators', (dialect) => {
  it.each(['i8', 'u8'] as const)('is multiplied by forwards and backwards from the same bytes, %s', async (type) => {
    const { folder, weight, values } = await store(int8(type), 'F32', [out, width])
    const parts = Object.fromEntries(Object.entries(weight.parts).filter(([part]) => part.startsWith('column')))
    const node = quantised('w', { ...weight, parts })
    const outputs = {
      forward: matmul(input('x', ['rows', tokens, width]), node, { transB: true }),
      backward: matmul(input('dy', ['rows', tokens, out]), node, { alpha: 0.5 }),
    }
    const session = await open(outputs, dialect, folder)
    const found = await session.run({ x, dy })
    await session.release()
    const { forward, backward } = expected(values)
    expect(distance(found['forward']?.data ?? [], forward)).toBeLessThan(await rounding(type))
    expect(distance(found['backward']?.data ?? [], backward)).toBeLessThan(await rounding(type))
  })
})

describe('some rows of a weight', () => {
  it.each([
    ['Q4_0', blocks],
    ['Q4_1', blocks],
    ['Q6_K', blocks],
    ['F16', half],
  ] as const)('are those rows, of type %s, forwards and backwards', async (type, form) => {
    const { folder, weight, values } = await store(form, type, [out, width])
    const [start, end] = [5, 22]
    const cut = rowsOf(quantised('w', weight), start, end)
    const outputs = {
      forward: matmul(input('x', x.shape), cut, { transB: true }),
      whole: matmul(input('eye', [end - start, end - start]), cut),
    }
    const eye = tensor([end - start, end - start], () => 0)
    for (let i = 0; i < end - start; i++) eye.data[i * (end - start + 1)] = 1
    const session = await open(outputs, 'cpu', folder)
    const found = await session.run({ x, eye })
    await session.release()
    expect(distance(found['whole']?.data ?? [], values.subarray(start * width, end * width))).toBeLessThan(1e-6)
    const { forward } = expected(values)
    const columns = forward.filter((_, i) => i % out >= start && i % out < end)
    expect(distance(found['forward']?.data ?? [], columns)).toBeLessThan(1e-5)
  })

  it('cannot be gathered from 8-bit weights that are stored transposed, nor from none', async () => {
    const { weight } = await store(int8('i8'), 'F32', [out, width])
    expect(() => rowsOf(quantised('w', weight), 0, 3)).toThrow(RangeError)
    expect(() => rowsOf(constant([1, 2], [2, 1]), 0, 1)).toThrow(RangeError)
    expect(() => rowsOf(quantised('w', weight), 3, 3)).toThrow(/rows 3:3/)
  })
})

/** Tokens of very different sizes, one of zeros: t times what it was. */
const sizes = [0, 1e-12, 1, 1e12] as const
const sizeOf = (token: number): number => sizes[token % 4] ?? NaN

async function worstToken(stored: StoredWeight, dialect: Dialect): Promise<number> {
  const data = x.data.map((value, i) => value * sizeOf(Math.floor(i / width)))
  const { forward } = await use(stored, dialect, { shape: x.shape, data })
  const right = expected(stored.values).forward
  const errors = Array.from({ length: 2 * tokens }, (_, t) => {
    const [found, wish] = [forward?.data, right].map((all) => all?.slice(t * out, (t + 1) * out))
    return distance(found ?? [], wish?.map((value) => value * sizeOf(t)) ?? [])
  })
  return Math.max(...errors)
}

describe('a 16-bit product', () => {
  it('holds tokens that 16 bits could not, each by its own scale', async () => {
    expect(await worstToken(await store(half, 'F16', [out, width]), 'portable')).toBeLessThan(2e-3)
  })
})

describe('an 8-bit product', () => {
  it('is exact where every byte is at its largest', async () => {
    const all = tensor([tokens, width], () => 1)
    for (const type of ['i8', 'u8'] as const) {
      const weight = new Float32Array(out * width).fill(0.5)
      // Rotated, equal elements are one large one in each block: the backward product is by the rows as they are.
      const stored = await storeValues(int8(type), weight, [out, width])
      const session = await open(
        { y: matmul(input('dy', [tokens, out]), quantised('w', stored.weight)) },
        'cpu',
        stored.folder,
      )
      const { y } = await session.run({ dy: tensor([tokens, out], () => 1) })
      await session.release()
      expect(
        distance(
          y?.data ?? [],
          all.data.map(() => out / 2),
        ),
      ).toBeLessThan(1e-6)
    }
  })

  it('gives zeros for zeros, and each token its own scale', async () => {
    expect(await worstToken(await store(int8('u8'), 'F32', [out, width]), 'cpu')).toBeLessThan(0.015)
  })
})
