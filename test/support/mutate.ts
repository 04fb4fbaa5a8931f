// Changes of a file's bytes, as cases of property tests.
import fc from 'fast-check'

/** Bytes put in place of others, each from a place on (a share of all bytes), and a share at which the file is cut. */
export interface Changes {
  readonly bytes: readonly (readonly [at: number, put: Uint8Array])[]
  readonly cut: number | undefined
}

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

export const changes: fc.Arbitrary<Changes> = fc.record({
  bytes: fc.array(fc.tuple(share, fc.uint8Array({ minLength: 1, maxLength: 4 })), { maxLength: 5 }),
  cut: fc.option(share, { nil: undefined, freq: 8 }),
})

/** Whether the file stays as it is. */
export const isWhole = ({ bytes, cut }: Changes): boolean => bytes.length === 0 && cut === undefined

/** `keep`: bytes at the beginning that stay, so that the file is still taken for what it is. */
export function mutate(file: Uint8Array, { bytes, cut }: Changes, keep = 5): Uint8Array {
  const copy = Uint8Array.from(file)
  for (const [at, put] of bytes)
    for (const [i, byte] of put.entries()) {
      const place = keep + Math.floor(at * (copy.length - keep)) + i
      if (place < copy.length) copy[place] = byte
    }
  return cut === undefined ? copy : copy.subarray(0, keep + Math.floor(cut * (copy.length - keep)))
}
