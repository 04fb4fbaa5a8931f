// Collects ONNX nodes while a graph is lowered: names values, shares small constants, and emits equal nodes once.
import type { WeightPart } from '../../../contract/model.ts'
import {
  type AttributeValue,
  elementType,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
  type TensorType,
} from './onnx.ts'

export class Emitter {
  readonly nodes: OnnxNode[] = []
  readonly initializers: OnnxTensor[] = []
  /** Results with named sizes, by their names: the library does not infer all of these shapes. */
  readonly values = new Map<string, OnnxValue>()
  private readonly shared = new Map<string, string>()
  private readonly emitted = new Map<string, string>()
  private count = 0

  /** Begins the names of the nodes that follow; profiles show it. */
  label = ''

  /** No input, output or weight starts with %. */
  fresh(): string {
    return `%${this.count++}`
  }

  /** Gives values the graph's own names: `values` by output name. Ends the graph. */
  outputs(values: Readonly<Record<string, string>>): void {
    const computed = new Set(this.nodes.flatMap(({ outputs }) => outputs))
    const renamed = new Map<string, string>()
    for (const [name, value] of Object.entries(values)) {
      if (computed.has(value) && !renamed.has(value)) renamed.set(value, name)
      else this.push({ op: 'Identity', domain: '', inputs: [value], outputs: [name], attributes: {} })
    }
    for (const value of renamed.keys()) this.values.delete(value)
    const named = (value: string): string => renamed.get(value) ?? value
    for (const [i, node] of this.nodes.entries())
      this.nodes[i] = { ...node, inputs: node.inputs.map(named), outputs: node.outputs.map(named) }
  }

  /**
   * Says a result's shape. The library loses named sizes at reshapes that merge them, and finds no buffer to reuse for a result
   * of unknown size, though it looks through all: opening an adapter's session took 1.4 s instead of 0.2 (version 1.30).
   */
  shaped(name: string, { dtype, shape }: Pick<OnnxValue, 'dtype' | 'shape'>): void {
    if (shape.some((dim) => typeof dim === 'string')) this.values.set(name, { name, dtype, shape })
  }

  /** One op of ONNX itself. Returns its first result's name. */
  op(op: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}): string {
    return this.emit(op, '', inputs, attributes)
  }

  /** One op of ONNX Runtime's contributed set. */
  contributed(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string {
    return this.emit(op, 'com.microsoft', inputs, attributes)
  }

  /** One op with several results. */
  results(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>>,
    count: number,
  ): string[] {
    const outputs = Array.from({ length: count }, () => this.fresh())
    this.push({ op, domain: '', inputs, outputs, attributes })
    return outputs
  }

  /** A short i64 vector, as shape-like inputs take them. */
  integers(values: readonly number[]): string {
    const data = new Uint8Array(BigInt64Array.from(values, BigInt).buffer)
    return this.share(`i:${values.join()}`, { dtype: 'i64', shape: [values.length], data })
  }

  number(value: number): string {
    return this.share(`f:${value}`, { dtype: 'f32', shape: [], data: new Uint8Array(Float32Array.of(value).buffer) })
  }

  /** A square matrix, shared by name and size. */
  matrix(name: string, size: number, values: Float32Array): string {
    return this.share(`${name}:${size}`, { dtype: 'f32', shape: [size, size], data: new Uint8Array(values.buffer) })
  }

  /** One number of a smaller type. */
  byte(dtype: 'i8' | 'u8', value: number): string {
    return this.share(`${dtype}:${value}`, { dtype, shape: [], data: Uint8Array.of(value) })
  }

  /** A tensor that stays in its file. */
  mapped({ type, shape, file, offset, bytes }: WeightPart): string {
    return this.share(`${file}:${offset}:${shape.join()}`, { dtype: type, shape, data: { file, offset, bytes } })
  }

  cast(x: string, to: TensorType): string {
    return this.op('Cast', [x], { to: { int: elementType[to] } })
  }

  private share(key: string, tensor: Omit<OnnxTensor, 'name'>): string {
    const known = this.shared.get(key)
    if (known !== undefined) return known
    const name = this.fresh()
    this.shared.set(key, name)
    this.initializers.push({ name, ...tensor })
    return name
  }

  private emit(
    op: string,
    domain: OnnxNode['domain'],
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>>,
  ): string {
    const key = JSON.stringify([domain, op, inputs, attributes])
    const known = this.emitted.get(key)
    if (known !== undefined) return known
    const output = this.fresh()
    this.emitted.set(key, output)
    this.push({ op, domain, inputs, outputs: [output], attributes })
    return output
  }

  private push(node: Omit<OnnxNode, 'name'>): void {
    this.nodes.push({ name: `${this.label} ${this.nodes.length}`, ...node })
  }
}
