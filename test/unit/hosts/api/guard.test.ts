// Which addresses only this computer reaches, and which names lead to them.
import { expect, it } from 'vitest'
import { createGuard, isLoopback } from '../../../../main/hosts/api/guard.ts'

it('is reached from this computer alone by its own numbers and its own name', () => {
  for (const address of ['127.0.0.1', '127.8.9.1', '::1', 'localhost', 'LocalHost'])
    expect(isLoopback(address)).toBe(true)
  for (const address of ['0.0.0.0', '::', '10.0.0.1', 'localhost.evil.test', 'evil.test', ''])
    expect(isLoopback(address)).toBe(false)
  const guard = createGuard({ address: 'localhost', port: 80, names: [], origins: [] })
  for (const host of ['localhost', '127.0.0.1', '[::1]']) expect(guard.isForUs(host)).toBe(true)
  for (const host of ['evil.test', '10.0.0.1']) expect(guard.isForUs(host)).toBe(false)
})
