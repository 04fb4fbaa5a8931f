// Frames come out whole however their stream is cut; an announced length above the bound is refused at once.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { frameReader, writeFrame } from '../../../../main/contract/wire/frames.ts'

test('bodies come out as they went in, empty ones too, each in memory of its own', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), fc.array(fc.nat({ max: 30 })), (bodies, cuts) => {
      const pieces: Uint8Array[] = []
      const write = (bytes: Uint8Array) => pieces.push(bytes)
      for (const body of bodies) writeFrame({ cork: () => undefined, uncork: () => undefined, write }, body)
      const stream = Buffer.concat(pieces)
      const got: Uint8Array[] = []
      const read = frameReader(1000, (body) => got.push(body))
      let at = 0
      for (const cut of [...cuts, stream.length]) {
        read(stream.subarray(at, at + cut))
        at = Math.min(stream.length, at + cut)
      }
      expect(got).toEqual(bodies)
      expect(
        got.map(({ byteOffset, buffer, length }) => byteOffset === 0 && buffer.byteLength === length),
      ).not.toContain(false)
    }),
  )
})

test('what comes before a body above the bound is handed on, and then no more', () => {
  const got: number[] = []
  const read = frameReader(3, (body) => got.push(body.length))
  expect(() => {
    read(Uint8Array.of(1, 0, 0, 0, 7, 4, 0, 0, 0))
  }).toThrow(expect.objectContaining({ code: 'run/protocol' }))
  expect(got).toEqual([1])
})
