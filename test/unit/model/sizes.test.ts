// The memory that a model takes follows from its shape and from the precision of its weights.
import { describe, expect, it } from 'vitest'
import { prepareModel } from '../../../main/engine/model/prepare.ts'
import { weightBytes } from '../../../main/engine/model/sizes.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { tinyFolder, tinyModel } from '../../support/tiny.ts'

describe('the size of a model', () => {
  it('counts the weights in the precision in which they are stored, and tables only where they are read whole', async () => {
    const whole = await tinyModel('llama')
    const small = await prepareModel(tinyFolder('llama'), temporaryFolder(), { name: 'tiny', precision: 'f16' })
    const { hidden, vocab } = whole.config
    const table = 4 * hidden * vocab
    expect(weightBytes(whole, 'vocabulary') - weightBytes(whole, 'labels')).toBe(table)
    expect(weightBytes(small, 'vocabulary') - weightBytes(small, 'labels')).toBe(table / 2)
    expect(weightBytes(small, 'labels')).toBeLessThan(0.6 * weightBytes(whole, 'labels'))
  })
})
