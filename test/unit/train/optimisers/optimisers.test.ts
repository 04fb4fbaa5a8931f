// Optimisers against PyTorch's own values, and 8-bit moments against exact ones.
import { describe, expect, it } from 'vitest'
import { adamW8bit } from '../../../../main/engine/train/optimisers/adamw-8bit.ts'
import { adamW } from '../../../../main/engine/train/optimisers/adamw.ts'
import { blockSize, dynamicCodes } from '../../../../main/engine/train/optimisers/codes.ts'
import type { Memory, Optimiser } from '../../../../main/engine/train/optimisers/optimiser.ts'
import { sgd } from '../../../../main/engine/train/optimisers/sgd.ts'
import { distance, uniform } from '../../graph/run.ts'

const usual = { learningRate: 0.1, weightDecay: 0, scale: 1 }

const normals = (count: number, seed: number): Float32Array => {
  const random = uniform(seed)
  return Float32Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(6.28 * random()))
}

describe('SGD with momentum', () => {
  it('takes PyTorch’s steps', () => {
    // torch.optim.SGD(lr=0.1, momentum=0.9) on the gradients [1, -2], [0.5, 0], [-1, 3].
    const expected = [
      [0.9, -1.8],
      [0.76, -1.62],
      [0.734, -1.758],
    ]
    const tensor = Float32Array.of(1, -2)
    const memory = sgd.start(2)
    const gradients = [
      [1, -2],
      [0.5, 0],
      [-1, 3],
    ]
    gradients.forEach((gradient, i) => {
      sgd.update(tensor, Float32Array.from(gradient), memory, { ...usual, step: i + 1 })
      tensor.forEach((value, at) => {
        expect(value).toBeCloseTo(expected[i]?.[at] ?? NaN, 5)
      })
    })
  })
})

describe('numbers as bytes', () => {
  it.each([true, false])(
    'are 256 different ones from the lowest to 1, nearly symmetric, 0 among them: %s',
    (signed) => {
      const { values } = dynamicCodes(signed)
      expect(new Set(values).size).toBe(256)
      expect([...values]).toEqual([...values].sort((a, b) => a - b))
      expect(values.at(-1)).toBe(1)
      expect(values).toContain(0)
      expect(values[0]).toBeCloseTo(signed ? -0.993 : 0, 2)
    },
  )

  /** What numbers are after they were bytes, block by block. */
  function afterwards(some: Float32Array, signed: boolean): Float32Array {
    const { values, encode } = dynamicCodes(signed)
    const codes = new Uint8Array(blockSize)
    const back = new Float32Array(some.length)
    for (let start = 0; start < some.length; start += blockSize) {
      const block = some.slice(start, start + blockSize)
      const scale = encode(block, block.length, codes, 0)
      expect(scale).toBe(block.reduce((most, value) => Math.max(most, Math.abs(value)), 0))
      block.forEach((_, i) => (back[start + i] = scale * (values[codes[i] ?? 0] ?? NaN)))
    }
    return back
  }

  it.each([true, false])('become the nearest value, as a search over all of them finds it: signs %s', (signed) => {
    const { values } = dynamicCodes(signed)
    const some = normals(20 * blockSize + 5, 3).map(
      (value, i) => Math.abs(value) * 10 ** -(i % 9) * (signed && i % 3 === 0 ? -1 : 1),
    )
    const back = afterwards(some, signed)
    for (let start = 0; start < some.length; start += blockSize) {
      const block = some.slice(start, start + blockSize)
      const scale = block.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      block.forEach((value, i) => {
        const found = Math.abs((back[start + i] ?? NaN) - value)
        const nearest = Math.min(...values.map((each) => Math.abs(scale * each - value)))
        // Without signs, none becomes zero.
        const least = signed ? 0 : scale * (values[1] ?? NaN)
        expect(found).toBeLessThanOrEqual(Math.max(nearest * (1 + 1e-5), least) + scale * 1e-7)
        if (!signed && value > 0) expect(back[start + i]).toBeGreaterThan(0)
      })
    }
  })

  it('stay zero where all are zero, and where they are exact', () => {
    expect(afterwards(new Float32Array(10), true)).toEqual(new Float32Array(10))
    expect(afterwards(Float32Array.of(0, 3, 0), false)).toEqual(Float32Array.of(0, 3, 0))
  })
})

/** Steps of an optimiser down a bowl whose sides are of very different steepness. */
function descend(optimiser: Optimiser, count: number, steps: number) {
  const tensor = normals(count, 1)
  const steepness = normals(count, 2).map((value) => 10 ** (value / 2))
  const memory = optimiser.start(count)
  for (let step = 1; step <= steps; step++) {
    const noise = normals(count, 100 + step)
    const gradient = tensor.map((value, i) => (steepness[i] ?? 0) * (value + 0.1 * (noise[i] ?? 0)))
    optimiser.update(tensor, gradient, memory, { step, learningRate: 0.02, weightDecay: 0.01, scale: 0.5 })
  }
  return { tensor, memory }
}

describe('AdamW with moments of 8 bits', () => {
  it('takes nearly the steps of AdamW with exact ones', () => {
    const count = 40 * blockSize + 17
    const [exact, bytes] = [descend(adamW, count, 60), descend(adamW8bit, count, 60)]
    const start = normals(count, 1)
    const moved = exact.tensor.map((value, i) => value - (start[i] ?? 0))
    const theirs = bytes.tensor.map((value, i) => value - (start[i] ?? 0))
    expect(distance(theirs, moved)).toBeLessThan(0.1)
    expect(distance(theirs, moved)).toBeGreaterThan(0)
  })

  it('takes no larger steps where a moment is too small for a byte beside its neighbours', () => {
    const [tensor, count] = [new Float32Array(4096), 4096]
    const memory = adamW8bit.start(count)
    for (let step = 1; step <= 50; step++) {
      // One gradient in a block is ten million times the others, which come and go.
      const gradient = Float32Array.from(tensor, (_, i) => (i % blockSize === 0 ? 1 : step % 7 === 0 ? 0 : 1e-7))
      const before = tensor.slice()
      adamW8bit.update(tensor, gradient, memory, { ...usual, step })
      tensor.forEach((value, i) => {
        expect(Math.abs(value - (before[i] ?? NaN))).toBeLessThan(1.1 * usual.learningRate)
      })
    }
  })

  it('keeps the moments of small tensors exact', () => {
    const [exact, bytes] = [descend(adamW, 100, 20), descend(adamW8bit, 100, 20)]
    expect(bytes.tensor).toEqual(exact.tensor)
  })

  it('leaves a tensor without a gradient where it is', () => {
    const tensor = normals(2 * blockSize * blockSize, 5)
    const before = tensor.slice()
    const memory = adamW8bit.start(tensor.length)
    for (let step = 1; step <= 3; step++)
      adamW8bit.update(tensor, new Float32Array(tensor.length), memory, { ...usual, step })
    expect(tensor).toEqual(before)
  })
})

const bytesOf = (memory: Memory): number => Object.values(memory).reduce((sum, { byteLength }) => sum + byteLength, 0)

it.each([
  ['AdamW', adamW, 8],
  ['AdamW with 8 bits', adamW8bit, 2],
  ['SGD', sgd, 4],
] as const)('%s tells the bytes of its memory beforehand', (_, optimiser, each) => {
  for (const count of [1, 100, 4096, 100_001]) expect(optimiser.bytes(count)).toBe(bytesOf(optimiser.start(count)))
  expect(optimiser.bytes(1_000_000) / 1_000_000).toBeCloseTo(each, 1)
})
