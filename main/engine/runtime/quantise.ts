// Quantises weights to 8 bits with the library's kernels on all cores (graph/lower/quantised/int8.ts multiplies by them).
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { quantised, rotated } from '../graph/lower/quantised/int8.ts'
import { Emitter } from '../graph/lower/emitter.ts'
import { encodeModel } from '../graph/lower/onnx.ts'
import { rotationSize } from '../graph/rotation.ts'

/** Rows [rows, columns] as bytes with a scale for each row, and a rotated copy as [columns, rows]. */
export interface Quantised {
  readonly rows: Uint8Array
  readonly scales: Float32Array
  readonly columns: Uint8Array
  readonly columnScales: Float32Array
}

/** Sessions by type and rotation size: one serves every width with that rotation size. */
const sessions = new Map<string, Promise<InferenceSession>>()

/** Integers within 127 of the zero point, which is 0 in signed bytes and 128 in unsigned ones. values [rows, columns] */
export async function quantisedRows(values: Float32Array, columns: number, type: 'i8' | 'u8'): Promise<Quantised> {
  const size = rotationSize(columns)
  const key = `${type} ${String(size)}`
  const session = sessions.get(key) ?? InferenceSession.create(graphOf(size, type), options)
  sessions.set(key, session)
  const x = new Tensor('float32', values, [values.length / columns, columns])
  const results = await (await session).run({ x })
  const bytes = (name: string): Uint8Array => {
    const { buffer, byteOffset, byteLength } = results[name]?.data as Int8Array | Uint8Array
    return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)
  }
  const floats = (name: string): Float32Array => results[name]?.data as Float32Array
  return {
    rows: bytes('rows'),
    scales: floats('scales'),
    columns: bytes('columns'),
    columnScales: floats('columnScales'),
  }
}

const options = {
  executionProviders: ['cpu'],
  enableCpuMemArena: false,
  logSeverityLevel: 4,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
} as const satisfies InferenceSession.SessionOptions

function graphOf(size: number, type: 'i8' | 'u8'): Uint8Array {
  const emit = new Emitter()
  const x = 'x'
  const rows = quantised(emit, x, 127, type)
  const transposed = quantised(emit, rotated(emit, x, 2, size), 127, type)
  const scale = (largest: string): string =>
    emit.op('Reshape', [emit.op('Mul', [largest, emit.number(1 / 127)]), emit.integers([-1])])
  emit.outputs({
    rows: rows.integers,
    scales: scale(rows.largest),
    columns: emit.op('Transpose', [transposed.integers], { perm: { ints: [1, 0] } }),
    columnScales: scale(transposed.largest),
  })
  return encodeModel({
    nodes: emit.nodes,
    initializers: emit.initializers,
    inputs: [{ name: x, dtype: 'f32', shape: ['rows', 'columns'] }],
    outputs: [
      { name: 'rows', dtype: type, shape: ['rows', 'columns'] },
      { name: 'scales', dtype: 'f32', shape: ['rows'] },
      { name: 'columns', dtype: type, shape: ['columns', 'rows'] },
      { name: 'columnScales', dtype: 'f32', shape: ['rows'] },
    ],
  })
}
