// The range of int8 codes that this CPU's products allow, by its own flags where the system reports them.
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

it('is determined once', () => {
  expect(byteCodes()).toBe(byteCodes())
})
