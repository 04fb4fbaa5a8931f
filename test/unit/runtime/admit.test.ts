// Hardware must prove itself: wrong, broken, missing and slow providers are left, with a sentence that says why.
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { NamedTensors } from '../../../main/contract/tensor.ts'
import { gradients } from '../../../main/engine/autodiff/differentiate.ts'
import { type Graph, type Node, node } from '../../../main/engine/graph/node.ts'
import { add, input, matmul, mul, reduceSum, rmsNorm, silu, softmax } from '../../../main/engine/graph/ops.ts'
import {
  admit,
  type Candidate,
  chooseHardware,
  tolerances,
  disagreement,
  type Hardware,
  type ProviderNote,
} from '../../../main/engine/runtime/admit.ts'
import type { ProviderName } from '../../../main/engine/runtime/providers.ts'
import { createSession, type Session } from '../../../main/engine/runtime/session.ts'
import { tensor, uniform } from '../graph/run.ts'

/** A block's gradient; `eps` off by a little makes a gradient that is wrong by a little. */
function block(eps = 1e-5): Graph {
  const [x, w, gamma] = [input('x', [2, 6, 8]), input('w', [8, 8]), input('gamma', [8])]
  const h = rmsNorm(x, gamma, eps)
  const mixed = matmul(softmax(matmul(h, h, { transB: true, alpha: 0.4 })), silu(matmul(h, w, { transB: true })))
  const loss = reduceSum(mul(add(mixed, x), mixed), [0, 1, 2])
  const [dx, dw] = gradients(loss, [x, w])
  return { outputs: { loss, dx: dx as Node, dw: dw as Node } }
}

const random = uniform(7)
const draw = (): number => 2 * random() - 1
const feeds = { x: tensor([2, 6, 8], draw), w: tensor([8, 8], draw), gamma: tensor([8], draw) }
const settings = { weightsFolder: undefined, threads: 1 }

const onCpu = (provider: ProviderName, graph: Graph, change?: (session: Session) => Session): Candidate => ({
  hardware: { provider, dialect: 'portable' },
  async open() {
    const session = await createSession(graph, { ...settings, provider: 'cpu', dialect: 'portable' })
    return change ? change(session) : session
  },
})
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
const slowed = (session: Session): Session => ({
  ...session,
  run: (fed) => pause(60).then(() => session.run(fed)),
})
/** Slow enough that any candidate that computes is faster. */
const reference: Candidate = { ...onCpu('cpu', block(), slowed), hardware: { provider: 'cpu', dialect: 'cpu' } }

async function decide(
  candidates: readonly Candidate[],
  tolerance: number = tolerances.exact,
): Promise<{ taken: ProviderName; notes: string[] }> {
  const notes: ProviderNote[] = []
  const { provider } = await admit(candidates, reference, feeds, tolerance, (note) => notes.push(note))
  return { taken: provider, notes: notes.map(({ name, note }) => `${name}: ${note}`) }
}

test('a provider that agrees with the CPU is taken', async () => {
  const { taken, notes } = await decide([onCpu('dml', block())])
  expect([taken, notes]).toEqual(['dml', [expect.stringMatching(/^dml: Computing on the graphics card \(DirectML\)/)]])
})

test('a gradient that is wrong by a few per cent is refused, and the CPU taken', async () => {
  const { taken, notes } = await decide([onCpu('dml', block(0.1))])
  expect(taken).toBe('cpu')
  expect(notes).toEqual([
    expect.stringMatching(/^dml: Not using .*: its gradient differs from the CPU's \(by [\d.]+ %\)\.$/),
    'cpu: Computing on the CPU.',
  ])
})

test('a 16-bit model’s gradient may be off by its rounding, and by no more', async () => {
  const off = (by: number): Candidate =>
    onCpu('dml', block(), (session) => ({
      ...session,
      async run(fed) {
        const { dx, ...rest } = await session.run(fed)
        return { ...rest, dx: { shape: [2, 6, 8], data: (dx?.data ?? new Float32Array()).map((x) => x * (1 + by)) } }
      },
    }))
  expect((await decide([off(0.03)])).taken).toBe('cpu')
  expect((await decide([off(0.03)], tolerances.half)).taken).toBe('dml')
  expect((await decide([off(0.2)], tolerances.half)).taken).toBe('cpu')
})

test('a gradient that is almost nothing is refused, as WebGPU’s wrong norm gave it', async () => {
  const vanish = (session: Session): Session => ({
    ...session,
    async run(fed) {
      const { dx, ...rest } = await session.run(fed)
      return { ...rest, dx: { shape: [2, 6, 8], data: (dx?.data ?? new Float32Array()).map((value) => value * 1e-10) } }
    },
  })
  const { taken, notes } = await decide([onCpu('webgpu', block(), vanish)])
  expect([taken, notes[0]]).toEqual(['cpu', expect.stringContaining('(by 100 %)')])
})

test('a gradient that is not a number is refused', async () => {
  const { taken, notes } = await decide([onCpu('coreml', block(-100))])
  expect([taken, notes[0]]).toEqual(['cpu', expect.stringContaining('(not a number)')])
})

test('a provider that cannot compute an operator is refused with the library’s words, and the next one tried', async () => {
  const unknown = node('Softmax', [input('ids', [2], 'i64')], {}, [2])
  const { taken, notes } = await decide([onCpu('cuda', { outputs: { unknown } }), onCpu('webgpu', block())])
  expect([taken, notes[0]]).toEqual([
    'webgpu',
    expect.stringMatching(/^cuda: Not using .*: it could not start \(.+\)\.$/),
  ])
})

test('a provider that is slower than the CPU is left', async () => {
  const much = (session: Session): Session => slowed(slowed(session))
  const { taken, notes } = await decide([onCpu('webgpu', block(), much)])
  expect([taken, notes[0]]).toEqual([
    'cpu',
    expect.stringMatching(/no faster than the CPU \(\d+ ms a batch against \d+ ms\)/),
  ])
})

test('where there is only the CPU, nothing is tried out', async () => {
  const unopened: Candidate = { ...reference, open: () => expect.fail('it was opened') }
  await expect(admit([], unopened, feeds, tolerances.exact, () => undefined)).resolves.toEqual({
    provider: 'cpu',
    dialect: 'cpu',
  })
})

test('the CPU is chosen on request, and where the requested hardware is absent', async () => {
  const notes: ProviderNote[] = []
  const choose = (names: readonly string[]) =>
    chooseHardware(block(), feeds, { ...settings, names, tolerance: tolerances.exact }, (note) => notes.push(note))
  expect(await choose(['cpu'])).toEqual({ provider: 'cpu', dialect: 'cpu' })
  expect(notes).toEqual([{ name: 'cpu', note: 'Computing on the CPU.' }])
  expect(await choose(['cuda', 'abacus'])).toEqual({ provider: 'cpu', dialect: 'cpu' })
  expect(notes[1]).toEqual({ name: 'cuda', note: 'Not using the NVIDIA card (CUDA): this computer does not have it.' })
})

test('results that are missing or of another size do not agree', () => {
  const y = { shape: [1], data: Float32Array.of(1) }
  expect([disagreement({}, { y }), disagreement({ y: { shape: [0], data: new Float32Array() } }, { y })]).toEqual([
    NaN,
    NaN,
  ])
  expect([disagreement({ y }, { y }), disagreement({}, {})]).toEqual([0, 0])
})

// Chromium's software Vulkan: a real WebGPU without a graphics card. ONNX Runtime looks for the loader where the system keeps it.
const driver = '/usr/lib/chromium/vk_swiftshader_icd.json'
const loader = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/libvulkan.so.1`
const hasWebGpu = existsSync(driver) && existsSync(loader)
test.runIf(hasWebGpu)('WebGPU computes the CPU’s gradient (needs Debian’s chromium and libvulkan1)', async () => {
  process.env['VK_ICD_FILENAMES'] = driver
  const run = async (hardware: Hardware): Promise<NamedTensors> => {
    const session = await createSession(block(), { ...settings, ...hardware })
    const results = await session.run(feeds)
    await session.release()
    return results
  }
  const cpus = await run({ provider: 'cpu', dialect: 'cpu' })
  expect(disagreement(await run({ provider: 'webgpu', dialect: 'portable' }), cpus)).toBeLessThan(1e-5)
})

test.runIf(hasWebGpu)('where WebGPU is requested, a note says whether it was taken, and why', async () => {
  process.env['VK_ICD_FILENAMES'] = driver
  const notes: ProviderNote[] = []
  const wanted = { ...settings, names: ['webgpu'], tolerance: tolerances.exact }
  const taken = await chooseHardware(block(), feeds, wanted, (note) => notes.push(note))
  const said = taken.provider === 'webgpu' ? /^Computing on .* agrees/ : /no faster than the CPU/
  expect(notes[0]).toEqual({ name: 'webgpu', note: expect.stringMatching(said) as string })
})
