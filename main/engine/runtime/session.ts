// One ONNX Runtime session over a lowered graph, with the memory settings that keep weights mapped instead of copied.
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import type { Feeds, IntegerTensor, Tensor } from '../../contract/tensor.ts'
import type { Graph } from '../graph/node.ts'
import { type Dialect, lower } from '../graph/lower/index.ts'

export interface SessionOptions {
  /** Folder of the files that the graph's weights name. */
  readonly weightsFolder: string | undefined
  readonly provider: string
  readonly dialect: Dialect
  /** 0 lets ONNX Runtime choose. */
  readonly threads: number
}

export interface Session {
  /** Runs the graph; results are fresh float32 arrays by output name. Blocks the process until done. */
  run(feeds: Feeds): Promise<Record<string, Tensor>>
  release(): Promise<void>
}

export async function createSession(graph: Graph, options: SessionOptions): Promise<Session> {
  const session = await InferenceSession.create(lower(graph, options.dialect), ortOptions(options))
  return {
    async run(feeds) {
      const results = await session.run(Object.fromEntries(Object.entries(feeds).map(([k, v]) => [k, toOrt(v)])))
      return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(value as OrtTensor)]))
    },
    release: () => session.release(),
  }
}

/** Why each: DESIGN section 4. Prepacking and constant folding would copy weights; the arena and patterns double the peak. */
const ortOptions = (options: SessionOptions): InferenceSession.SessionOptions => ({
  executionProviders: options.provider === 'cpu' ? ['cpu'] : [options.provider, 'cpu'],
  graphOptimizationLevel: 'all',
  enableMemPattern: false,
  enableCpuMemArena: false,
  logSeverityLevel: 3,
  ...(options.threads > 0 ? { intraOpNumThreads: options.threads } : {}),
  extra: {
    session: {
      disable_prepacking: '1',
      // Spinning threads would starve the window on two cores.
      intra_op: { allow_spinning: '0' },
      ...(options.weightsFolder === undefined
        ? {}
        : { model_external_initializers_file_folder_path: options.weightsFolder }),
    },
    optimization: { disable_specified_optimizers: 'ConstantFolding' },
  },
})

const toOrt = (tensor: Tensor | IntegerTensor): OrtTensor =>
  tensor.data instanceof Float32Array
    ? new OrtTensor('float32', tensor.data, tensor.shape)
    : new OrtTensor('int64', tensor.data, tensor.shape)

const fromOrt = (tensor: OrtTensor): Tensor => ({ shape: tensor.dims, data: tensor.data as Float32Array })
