// The ONNX messages that we write (field numbers from onnx.proto3 of ONNX 1.16, IR version 10).
import type { DType, Shape } from '../node.ts'
import { WireWriter } from './wire.ts'

export type AttributeValue =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly string: string }

export interface OnnxNode {
  /** Shown in profiles only. */
  readonly name: string
  readonly op: string
  /** '' is ONNX itself. */
  readonly domain: '' | 'com.microsoft'
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

/** Types of tensors, those of quantised weights in files included. */
export type TensorType = DType | 'f16' | 'bf16' | 'i8' | 'u8' | 'u4'

export interface OnnxTensor {
  readonly name: string
  readonly dtype: TensorType
  readonly shape: readonly number[]
  readonly data: Uint8Array | { readonly file: string; readonly offset: number; readonly bytes: number }
}

export interface OnnxValue {
  readonly name: string
  readonly dtype: TensorType
  readonly shape: Shape
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[]
  readonly initializers: readonly OnnxTensor[]
  /** Shapes of results between inputs and outputs. */
  readonly values?: readonly OnnxValue[]
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
}

const irVersion = 10
const opsets = { '': 21, 'com.microsoft': 1 }
export const elementType: Readonly<Record<TensorType, number>> = {
  f32: 1,
  u8: 2,
  i8: 3,
  i64: 7,
  f16: 10,
  bf16: 16,
  u4: 21,
}
const external = 1

export function encodeModel(model: OnnxModel): Uint8Array {
  const writer = new WireWriter().integer(1, irVersion).string(2, 'softprompt-studio')
  writer.message(7, (graph) => {
    for (const node of model.nodes) graph.message(1, (out) => writeNode(out, node))
    graph.string(2, 'graph')
    for (const tensor of model.initializers) graph.message(5, (out) => writeTensor(out, tensor))
    for (const value of model.inputs) graph.message(11, (out) => writeValue(out, value))
    for (const value of model.outputs) graph.message(12, (out) => writeValue(out, value))
    for (const value of model.values ?? []) graph.message(13, (out) => writeValue(out, value))
  })
  for (const [domain, version] of Object.entries(opsets))
    writer.message(8, (set) => set.string(1, domain).integer(2, version))
  return writer.finish()
}

function writeNode(out: WireWriter, node: OnnxNode): void {
  for (const name of node.inputs) out.string(1, name)
  for (const name of node.outputs) out.string(2, name)
  out.string(3, node.name)
  out.string(4, node.op)
  for (const [name, value] of Object.entries(node.attributes)) out.message(5, (to) => writeAttribute(to, name, value))
  out.string(7, node.domain)
}

function writeAttribute(out: WireWriter, name: string, value: AttributeValue): void {
  out.string(1, name)
  if ('float' in value) out.float(2, value.float).integer(20, 1)
  else if ('int' in value) out.integer(3, value.int).integer(20, 2)
  else if ('string' in value) out.string(4, value.string).integer(20, 3)
  else {
    for (const item of value.ints) out.integer(8, item)
    out.integer(20, 7)
  }
}

function writeTensor(out: WireWriter, tensor: OnnxTensor): void {
  for (const dim of tensor.shape) out.integer(1, dim)
  out.integer(2, elementType[tensor.dtype]).string(8, tensor.name)
  const { data } = tensor
  if (data instanceof Uint8Array) return void out.bytes(9, data)
  const entry = (key: string, value: string): unknown => out.message(13, (pair) => pair.string(1, key).string(2, value))
  entry('location', data.file)
  entry('offset', String(data.offset))
  entry('length', String(data.bytes))
  out.integer(14, external)
}

function writeValue(out: WireWriter, value: OnnxValue): void {
  out.string(1, value.name).message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.integer(1, elementType[value.dtype]).message(2, (shape) => {
        for (const dim of value.shape)
          shape.message(1, (to) => (typeof dim === 'number' ? to.integer(1, dim) : to.string(2, dim)))
      })
    }),
  )
}
