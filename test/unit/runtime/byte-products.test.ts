// The levels of bytes that this CPU allows, by its own flags where the system tells them.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { byteCodes } from '../../../main/engine/runtime/byte-products.ts'

const flags = ((): string => {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8')
  } catch {
    return ''
  }
})()

it.skipIf(process.arch !== 'x64' || flags === '')(
  'all of 8 bits where the CPU has VNNI, 7 where it has not',
  async () => {
    expect(await byteCodes()).toBe(/\b(avx512_vnni|avx_vnni)\b/.test(flags) ? 127 : 63)
  },
)

it('is asked once', () => {
  expect(byteCodes()).toBe(byteCodes())
})
