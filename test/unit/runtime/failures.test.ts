// What a person reads when ONNX Runtime fails, from real failures where they can be had on any machine.
import { expect, test } from 'vitest'
import type { StudioError } from '../../../main/contract/errors/index.ts'
import { type Node } from '../../../main/engine/graph/node.ts'
import { add, expand, input, neg, reduceSum, weight } from '../../../main/engine/graph/ops.ts'
import { explained, messageOf } from '../../../main/engine/runtime/failures.ts'
import { evaluate, open } from '../graph/run.ts'

const x = input('x', [1])
const one = { shape: [1], data: Float32Array.of(1) }
const failureOf = (work: Promise<unknown>): Promise<StudioError> =>
  work.then(
    () => expect.fail('it did not fail'),
    (error: StudioError) => error,
  )

test('a network that does not fit into memory says what to do', async () => {
  const huge: Node = expand(x, [1 << 20, 1 << 20, 64])
  const error = await failureOf(evaluate({ y: reduceSum(huge, [0, 1, 2]) }, { x: one }))
  expect(error.code).toBe('compute/out-of-memory')
  expect(error.message).toMatch(/Choose a smaller batch/)
  expect((error.cause as Error).message).toContain('bad_alloc')
})

test.each([
  'std::bad_alloc',
  'bad allocation',
  'Failed to allocate memory for requested buffer of size 4294967296',
  'CUDA failure 2: out of memory',
  'The GPU device instance has been suspended: E_OUTOFMEMORY',
  'Array buffer allocation failed',
  'bad_array_new_length',
])('"%s" is a lack of memory', (message) => {
  expect(explained(new Error(message)).code).toBe('compute/out-of-memory')
})

test.each(['Device was lost', 'DXGI_ERROR_DEVICE_REMOVED', 'VK_ERROR_DEVICE_LOST'])(
  '"%s" is a lost device',
  (message) => {
    expect(explained(new Error(message)).code).toBe('compute/device-lost')
  },
)

test.each(['none.bin', '../outside.bin'])('weights in %s must be added again', async (file) => {
  const y = add(x, weight({ name: 'w', file, offset: 0, bytes: 4 }, [1]))
  const error = await failureOf(open({ y }, 'cpu', import.meta.dirname))
  expect([error.code, error.message]).toEqual(['compute/weights-file', expect.stringContaining('Add the model again')])
})

test('weights behind the end of their file are damaged', async () => {
  const y = add(x, weight({ name: 'w', file: 'failures.test.ts', offset: 1 << 20, bytes: 4 }, [1]))
  expect((await failureOf(open({ y }, 'cpu', import.meta.dirname))).code).toBe('compute/weights-file')
})

test('anything else is called our defect, in the library’s words', async () => {
  const error = await failureOf(evaluate({ y: neg(x) }))
  expect(error.code).toBe('compute/defect')
  expect(error.message).toContain("(input 'x' is missing in 'feeds'.)")
})

test('the places of the library’s source are left out', () => {
  const said = '/src/webgpu_context.cc:136 void f()::<lambda()> result.status == Success was false. No adapters\n\n'
  expect(messageOf(new Error(said))).toBe('No adapters')
})
