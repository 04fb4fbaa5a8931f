// Sums a step's gradients over its micro-batches, in arrays that every step uses again: those of a whole model are as large
// as its weights, so there is never a second set of them.
import { elements, type Feeds, type IntegerTensor, type NamedTensors, type Tensor } from '../../contract/tensor.ts'
import type { Graph, RowRange } from '../graph/node.ts'
import { add, input } from '../graph/ops.ts'
import type { TensorSpec } from '../method/method.ts'
import type { GradientPart } from './gradient-parts.ts'
import type { TrainingGraph } from './training-graph.ts'

/** What of a graph its sums depend on. */
export type GradientPlan = Pick<TrainingGraph, 'slices' | 'gradients'>

/** The plan alone, which outlives the graph's nodes. */
export const planOf = ({ slices, gradients }: TrainingGraph): GradientPlan => ({ slices, gradients })

export interface GradientSums {
  /** By the name of each tensor, in its layout. */
  readonly gradients: Readonly<Record<string, Float32Array>>
  /** Begins a step. */
  clear(): void
  /** Inputs of a graph of `summing`. */
  feeds(plan: GradientPlan): Feeds
  /** The arrays for its outputs: those that it reads, each of them before it is written. */
  outputs(plan: GradientPlan): NamedTensors
  /** Adds the rows that belong to ids; `feeds` are the graph's inputs. */
  scatter(plan: GradientPlan, results: NamedTensors, feeds: Feeds): void
}

/** The graph input to which an output's gradient is added. */
const sumOf = (output: string): string => `sum of ${output}`

/** The graph whose outputs are the sums so far plus this batch's gradients; rows that belong to ids stay as they are. */
export function summing({ outputs, gradients }: TrainingGraph): Graph {
  const sums = gradients.flatMap((part) => {
    const gradient = outputs[part.output]
    return gradient && idsOf(part) === undefined
      ? [[part.output, add(input(sumOf(part.output), gradient.shape), gradient)] as const]
      : []
  })
  return { outputs: { ...outputs, ...Object.fromEntries(sums) } }
}

export function createSums(specs: readonly TensorSpec[]): GradientSums {
  const sums = new Map(
    specs.map(({ name, shape }): [string, Tensor] => [name, { shape, data: new Float32Array(elements(shape)) }]),
  )
  const sum = (name: string): Tensor => sums.get(name) ?? { shape: [0], data: new Float32Array() }
  const views = ({ gradients }: GradientPlan, nameOf: (output: string) => string): NamedTensors =>
    Object.fromEntries(
      gradients.flatMap((part) => {
        if (part.rows && 'ids' in part.rows) return []
        return [[nameOf(part.output), part.rows ? rowsOf(sum(part.tensor), part.rows) : sum(part.tensor)]]
      }),
    )
  return {
    gradients: Object.fromEntries([...sums].map(([name, { data }]) => [name, data])),
    clear: () => {
      for (const { data } of sums.values()) data.fill(0)
    },
    feeds: (plan) => views(plan, sumOf),
    outputs: (plan) => views(plan, (output) => output),
    scatter: ({ gradients }, results, feeds) => {
      for (const part of gradients) {
        const ids = idsOf(part)
        const rows = results[part.output]
        if (ids !== undefined && rows) addRows(sum(part.tensor), rows.data, feeds[ids] as IntegerTensor)
      }
    },
  }
}

const idsOf = ({ rows }: GradientPart): string | undefined => (rows && 'ids' in rows ? rows.ids : undefined)

/** Some rows of a tensor, in its own array. */
function rowsOf({ shape, data }: Tensor, { start, end }: RowRange): Tensor {
  const [, ...rest] = shape
  const width = elements(rest)
  return { shape: [end - start, ...rest], data: data.subarray(start * width, end * width) }
}

/** Graph inputs that hold some rows of others, among `feeds`. */
export const sliceFeeds = ({ slices }: GradientPlan, feeds: Feeds): NamedTensors =>
  Object.fromEntries(Object.entries(slices).map(([name, range]) => [name, rowsOf(feeds[range.of] as Tensor, range)]))

/** Adds rows [ids, ...] to those of `table` with these ids. */
function addRows(table: Tensor, rows: Float32Array, { data: ids }: IntegerTensor): void {
  const width = rows.length / Math.max(1, ids.length)
  ids.forEach((id, i) => {
    const [to, from] = [Number(id) * width, i * width]
    for (let at = 0; at < width; at++) table.data[to + at] = (table.data[to + at] ?? 0) + (rows[from + at] ?? 0)
  })
}
