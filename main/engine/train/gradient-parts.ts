// A loss's gradients as outputs of its graph: those of large tables come in parts, none of which is a table of zeros.
import { gradients } from '../autodiff/differentiate.ts'
import { isOp, type Node, type RowRange, topological } from '../graph/node.ts'
import { add } from '../graph/ops.ts'

/** An output that holds the gradient of a tensor, or a part of it that is to be added to the others. */
export interface GradientPart {
  readonly output: string
  readonly tensor: string
  /** Its rows of the tensor, in order: some of them, or those of the ids in a graph input; all where absent. */
  readonly rows?: RowRange | { readonly ids: string }
}

/**
 * Gradients with respect to these inputs, and to the inputs that hold rows of them (`slices`, by name). `checkpoints`: as
 * `gradients` takes them.
 */
export function gradientParts(
  loss: Node,
  tensors: readonly Node<'Input'>[],
  checkpoints: readonly Node[],
): {
  readonly parts: readonly (GradientPart & { readonly node: Node })[]
  readonly slices: Readonly<Record<string, RowRange>>
} {
  const slices = slicesOf(loss, new Set(tensors.map(({ attributes }) => attributes.name)))
  const inputs = [...tensors, ...slices]
  const derivatives = gradients(loss, inputs, checkpoints)
  return {
    parts: inputs.flatMap((at, i) => partsOf(at, derivatives[i] as Node)),
    slices: Object.fromEntries(slices.map(({ attributes }) => [attributes.name, attributes.rows as RowRange])),
  }
}

const slicesOf = (loss: Node, tensors: ReadonlySet<string>): Node<'Input'>[] =>
  topological([loss]).filter(
    (at): at is Node<'Input'> => isOp(at, 'Input') && tensors.has(at.attributes.rows?.of ?? ''),
  )

/** Name of the output that holds the gradient with respect to an input. */
const gradientOf = (input: string): string => `gradient of ${input}`

/**
 * The outputs of one gradient. Rows that the derivative of Gather scatters leave the graph before they are scattered: nearly
 * all of a vocabulary's rows would be zeros. On the starter model's table, 640 tokens take 1 ms so in place of 210, and 330 MB
 * less.
 */
function partsOf({ attributes: { name, rows } }: Node<'Input'>, gradient: Node): (GradientPart & { node: Node })[] {
  const tensor = rows?.of ?? name
  const whole = (node: Node) => [{ output: gradientOf(name), tensor, ...(rows ? { rows } : {}), node }]
  const terms = termsOf(gradient)
  const scattered = terms.flatMap((term, i) => {
    const ids = idsOf(term)
    const output = `rows ${String(i)} of ${name}`
    return ids === undefined ? [] : [{ output, tensor, rows: { ids }, node: term.inputs[0] as Node }]
  })
  if (scattered.length === 0) return whole(gradient)
  const [first, ...others] = terms.filter((term) => idsOf(term) === undefined)
  return first ? [...whole(others.reduce((sum, term) => add(sum, term), first)), ...scattered] : scattered
}

/** What a node is the sum of. */
const termsOf = (at: Node): readonly Node[] => (isOp(at, 'Add') ? at.inputs.flatMap(termsOf) : [at])

/** The graph input whose ids the node scatters rows to; undefined where it is anything else. */
function idsOf(at: Node): string | undefined {
  const ids = isOp(at, 'ScatterAdd') ? at.inputs[1] : undefined
  return ids && isOp(ids, 'Input') ? ids.attributes.name : undefined
}
