// Lowers a graph to an ONNX model for one kind of provider.
import { isOp, type Graph, type Node, topological } from '../node.ts'
import type { Codes } from './quantised/scheme.ts'
import { quantisedAt, lowerQuantised } from './quantised/index.ts'
import { cpu } from './cpu.ts'
import { Emitter } from './emitter.ts'
import { encodeModel, type OnnxValue } from './onnx.ts'
import { type LoweringTable, portable } from './portable.ts'

/** Which table of operators to use: a new provider dialect is a new file and a line here. */
export const dialects = { cpu, portable } satisfies Record<string, LoweringTable>
export type Dialect = keyof typeof dialects

/**
 * The bytes of an ONNX model whose inputs and outputs carry the graph's names. Weights stay in their files: the
 * session that loads it must name the folder that holds them. The default `codes` are exact on every CPU.
 */
export function lower(graph: Graph, dialect: Dialect, codes: Codes = 63): Uint8Array {
  const emit = new Emitter()
  const names = new Map<Node, string>()
  const inputs: OnnxValue[] = []
  const table = dialects[dialect]
  const passes = Object.entries(graph.outputs)
  for (const at of topological(passes.map(([, output]) => output))) {
    emit.label = `${passes[0]?.[0] ?? ''}: ${at.op}`
    if (isOp(at, 'Input')) {
      const { name } = at.attributes
      inputs.push({ name, dtype: at.dtype, shape: at.shape })
      names.set(at, name)
    } else if (isOp(at, 'Weight') || isOp(at, 'Constant')) names.set(at, initializer(emit, at))
    // A node that uses a quantised weight names the parts that it needs.
    else if (!isOp(at, 'Quantised')) {
      const name = lowerNode({ table, codes }, emit, at, names)
      names.set(at, name)
      emit.shaped(name, at)
    }
    // A node is labelled by the first output that needs it: so a profile separates the loss from its gradients.
    while (names.has(passes[0]?.[1] as Node)) passes.shift()
  }
  const results = Object.entries(graph.outputs)
  emit.outputs(Object.fromEntries(results.map(([name, node]) => [name, nameOf(names, node)])))
  const outputs = results.map(([name, { dtype, shape }]): OnnxValue => ({ name, dtype, shape }))
  const { nodes, initializers, values } = emit
  return encodeModel({ nodes, initializers, values: [...values.values()], inputs, outputs })
}

interface Target {
  readonly table: LoweringTable
  readonly codes: Codes
}

function lowerNode({ table, codes }: Target, emit: Emitter, at: Node, names: ReadonlyMap<Node, string>): string {
  const lowering = table[at.op as keyof LoweringTable] as (emit: Emitter, at: Node, names: string[]) => string
  const inputs = at.inputs.map((input) => (isOp(input, 'Quantised') ? '' : nameOf(names, input)))
  if (quantisedAt(at) < 0) return lowering(emit, at, inputs)
  const float = (weight: string): string => lowering(emit, at, [inputs[0] ?? '', weight])
  return lowerQuantised(emit, at, inputs, { onCpu: table === cpu, codes, float })
}

function initializer(emit: Emitter, at: Node<'Weight'> | Node<'Constant'>): string {
  const shape = at.shape as readonly number[]
  if (isOp(at, 'Weight')) {
    const { name, file, offset, bytes } = at.attributes
    emit.initializers.push({ name, dtype: at.dtype, shape, data: { file, offset, bytes } })
    return name
  }
  const { buffer, byteOffset, byteLength } = (at as Node<'Constant'>).attributes.data
  const name = emit.fresh()
  emit.initializers.push({ name, dtype: at.dtype, shape, data: new Uint8Array(buffer, byteOffset, byteLength) })
  return name
}

function nameOf(names: ReadonlyMap<Node, string>, node: Node): string {
  const name = names.get(node)
  if (name === undefined) throw new RangeError(`${node.op} was not lowered before its use`)
  return name
}
