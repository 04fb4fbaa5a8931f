// The memory that a plan counts on is what this process may use: a container's limit comes before the machine's size.
import { freemem, totalmem } from 'node:os'
import { describe, expect, it } from 'vitest'
import { freeMemory, totalMemory } from '../../../main/engine/runtime/machine-memory.ts'

describe('the memory of this computer', () => {
  it('is the limit of the control group where there is one, else all of it', () => {
    expect(totalMemory(1e9)).toBe(1e9)
    expect(totalMemory(0)).toBe(totalmem())
    // What Linux reports for a group without a limit.
    expect(totalMemory(2 ** 63)).toBe(totalmem())
  })

  it('is free as far as the limit leaves it', () => {
    expect(freeMemory(5e8)).toBe(5e8)
    expect(Math.abs(freeMemory(2 ** 63) - freemem())).toBeLessThan(totalmem() / 10)
  })
})
