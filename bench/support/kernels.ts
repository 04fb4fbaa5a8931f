// Reads ONNX Runtime's profile of a session: which kernels ran, how long, and how much they multiplied.
import { readFileSync } from 'node:fs'

export interface Kernel {
  /** What the graph calls it: the output that first needs it, and the op that it was lowered from. */
  readonly output: string
  readonly op: string
  readonly milliseconds: number
  /** Multiplications and additions, of matrix products; else 0. */
  readonly operations: number
  /** A product with a matrix of the model, as against one between activations. */
  readonly weight: boolean
}

/** By the type of its elements, one tensor each. */
type Shapes = readonly Readonly<Record<string, readonly number[]>>[]

interface Event {
  readonly cat: string
  readonly name: string
  readonly dur: number
  readonly ts: number
  readonly args?: { readonly op_name?: string; readonly input_type_shape?: Shapes; readonly output_type_shape?: Shapes }
}

/** Kernels of all runs but the first, which opens buffers, and how many those runs are. */
export function kernelsOf(path: string): { readonly kernels: readonly Kernel[]; readonly runs: number } {
  const events = JSON.parse(readFileSync(path, 'utf8')) as readonly Event[]
  const runs = events.filter(({ name }) => name === 'model_run').sort((a, b) => a.ts - b.ts)
  const from = (runs[0]?.ts ?? 0) + (runs[0]?.dur ?? 0)
  const kernels = events.filter(({ cat, name, ts }) => cat === 'Node' && name.endsWith('_kernel_time') && ts >= from)
  return { kernels: kernels.map(kernelOf), runs: runs.length - 1 }
}

function kernelOf({ name, dur, args = {} }: Event): Kernel {
  const [, output = 'fused', op = args.op_name ?? ''] = /^(.*?): (\w+) /.exec(name) ?? []
  const [first = [], second = []] = (args.input_type_shape ?? []).map((shape) => Object.values(shape)[0] ?? [])
  const result = Object.values(args.output_type_shape?.[0] ?? {})[0] ?? []
  const isProduct = /MatMul|Gemm/.test(args.op_name ?? '')
  const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
  // [.., M, K] times [.., K, N] is [.., M, N].
  const inner = size(first) / Math.max(1, size(result) / Math.max(1, result.at(-1) ?? 1))
  return {
    output,
    op,
    milliseconds: dur / 1000,
    operations: isProduct ? 2 * size(result) * inner : 0,
    // A packed one is no longer among the inputs; activations have three dims or four.
    weight: isProduct && second.length <= 2,
  }
}
