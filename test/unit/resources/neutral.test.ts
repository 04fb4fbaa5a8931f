// The neutral text never changes: what was measured with it before could not be compared with what is measured after.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

it('is the text that every earlier figure was measured with', () => {
  const text = readFileSync(new URL('../../../resources/neutral/text.txt', import.meta.url))
  expect(createHash('sha256').update(text).digest('hex')).toBe(
    '7f8d5f65b64229e34ef4cf33ac950f33dc4413b730f4c8a35391e83e989d81d8',
  )
  expect(text.toString().split('\n\n')).toHaveLength(3)
})
