// Which hardware the studio may request from ONNX Runtime.
import { listSupportedBackends } from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { isProviderName, offeredProviders, providers } from '../../../main/engine/runtime/providers.ts'

test('the CPU is always offered, last', () => {
  expect(offeredProviders().at(-1)).toBe('cpu')
})

test('only what this build of ONNX Runtime has is offered', () => {
  const built = listSupportedBackends().map(({ name }) => name as string)
  for (const name of offeredProviders()) expect(built).toContain(name)
})

test('CUDA is not offered without the library that the studio does not ship', () => {
  expect(offeredProviders()).not.toContain('cuda')
})

test('operators that only the CPU has are used on the CPU alone', () => {
  for (const [name, { dialect }] of Object.entries(providers)) expect(dialect).toBe(name === 'cpu' ? 'cpu' : 'portable')
})

test('names of other things are no providers', () => {
  expect(['cpu', 'webgpu', 'tensorrt', 'toString'].map(isProviderName)).toEqual([true, true, false, false])
})
