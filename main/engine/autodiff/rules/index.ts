// The table of all derivatives: total over the ops, so a forgotten one does not compile.
import type { Node, Op } from '../../graph/node.ts'
import { elementwiseRules } from './elementwise.ts'
import { movementRules } from './movement.ts'
import { productRules } from './products.ts'
import type { Rule, RuleTable } from './rule.ts'
import { transformerRules } from './transformer.ts'

const rules: RuleTable<Op> = {
  // Leaves have no inputs, so no rule is ever applied.
  Input: 'forward-only',
  Weight: 'forward-only',
  Quantised: 'forward-only',
  Constant: 'forward-only',
  ...elementwiseRules,
  ...productRules,
  ...transformerRules,
  ...movementRules,
}

export const ruleOf = <K extends Op>(at: Node<K>): Rule<K> | 'forward-only' => rules[at.op]
