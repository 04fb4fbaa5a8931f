// One ONNX Runtime session over a lowered graph, with the memory settings that keep weights mapped instead of copied.
import { getPriority } from 'node:os'
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import type { Feeds, IntegerTensor, NamedTensors, Tensor } from '../../contract/tensor.ts'
import type { Graph } from '../graph/node.ts'
import { type Dialect, lower } from '../graph/lower/index.ts'
import { byteCodes } from './byte-products.ts'
import { explained } from './failures.ts'
import type { ProviderName } from './providers.ts'

export interface SessionOptions {
  /** Folder of the files that the graph's weights name. */
  readonly weightsFolder: string | undefined
  readonly provider: ProviderName
  readonly dialect: Dialect
  /** 0 lets ONNX Runtime choose. */
  readonly threads: number
  /**
   * Copies each product's weight into the order of its kernel when the session opens. A weight that forwards and
   * backwards share would lie in memory twice, for a tenth less time. Where each has its own, the copy takes its place:
   * an int8 step takes a fifth less time and no more memory.
   */
  readonly packWeights?: boolean
  /**
   * Lets the library keep freed memory of its own, session by session. Where matrices are made and dropped all the time
   * (weights cast at use), the C library's heap falls to pieces: glibc 2.36 cannot give an aligned block the place of an
   * equal one before it. 1,816 MiB became 601 on a 16-bit model with little memory, 1,465 became 1,128 else, in the same time.
   */
  readonly arena?: boolean
  /** The library's own profile of every kernel goes to a file whose path begins so; it is whole when the session is released. */
  readonly profile?: string
}

export interface Session {
  /**
   * Runs the graph; results are float32 arrays by output name: those of `outputs`, which may be inputs as well where the graph
   * reads each of them before it writes it, and else fresh ones. Blocks the process until done.
   */
  run(feeds: Feeds, outputs?: NamedTensors): Promise<Record<string, Tensor>>
  /** Waits for the runs under way. */
  release(): Promise<void>
}

/** Throws compute/out-of-memory, compute/weights-file, compute/device-lost or compute/defect, here and in `run`. */
export async function createSession(graph: Graph, options: SessionOptions): Promise<Session> {
  const model = lower(graph, options.dialect, await byteCodes())
  const session = await InferenceSession.create(model, ortOptions(options)).catch(fail)
  const running = new Set<Promise<unknown>>()
  return {
    async run(feeds, outputs = {}) {
      const inputs = Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, toOrt(value)]))
      const fetches = session.outputNames.map((name) => [name, outputs[name] ? toOrt(outputs[name]) : null])
      const run = session.run(inputs, Object.fromEntries(fetches)).catch(fail)
      running.add(run)
      const results = await run.finally(() => running.delete(run))
      // The library has written to these arrays, and copied them besides: the copies would be garbage of a model's size.
      for (const name of Object.keys(outputs)) release(results[name] as OrtTensor | undefined)
      return Object.fromEntries(
        Object.entries(results).map(([name, value]) => [name, outputs[name] ?? fromOrt(value as OrtTensor)]),
      )
    },
    async release() {
      await Promise.allSettled(running)
      if (options.profile !== undefined) session.endProfiling()
      await session.release()
    },
  }
}

/**
 * DESIGN section 4 has the reasons. Constant folding would copy weights, as packing does; arena and patterns double the peak.
 * For the CPU the library's rewriting passes are off: the lowering leaves them nothing to do, and over an adapter's graph, of
 * some thousand nodes, they take twice as long as all the rest of opening a session.
 */
const ortOptions = (options: SessionOptions): InferenceSession.SessionOptions => ({
  executionProviders: options.provider === 'cpu' ? ['cpu'] : [options.provider, 'cpu'],
  graphOptimizationLevel: options.dialect === 'cpu' ? 'disabled' : 'all',
  enableMemPattern: false,
  enableCpuMemArena: options.arena === true,
  // Only fatal messages are logged: errors are thrown anyway.
  logSeverityLevel: 4,
  ...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
  ...(options.threads > 0 ? { intraOpNumThreads: options.threads } : {}),
  extra: {
    session: {
      disable_prepacking: options.packWeights === true ? '0' : '1',
      // Threads that spin between two kernels take a sixth off a step, but starve other processes: they may spin where this
      // process has a lower priority than others, and never between two runs.
      intra_op: { allow_spinning: getPriority() > 0 ? '1' : '0' },
      force_spinning_stop: '1',
      ...(options.weightsFolder === undefined
        ? {}
        : { model_external_initializers_file_folder_path: options.weightsFolder }),
    },
    optimization: { disable_specified_optimizers: 'ConstantFolding' },
  },
})

const fail = (error: unknown): never => {
  throw explained(error)
}

const toOrt = (tensor: Tensor | IntegerTensor): OrtTensor =>
  tensor.data instanceof Float32Array
    ? new OrtTensor('float32', tensor.data, tensor.shape)
    : new OrtTensor('int64', tensor.data, tensor.shape)

function release(copy: OrtTensor | undefined): void {
  if (copy) (copy.data as Float32Array<ArrayBuffer>).buffer.transfer(0)
}

const fromOrt = (tensor: OrtTensor): Tensor => ({ shape: tensor.dims, data: tensor.data as Float32Array })
