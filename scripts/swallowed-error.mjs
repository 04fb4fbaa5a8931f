// A lint rule: whoever drops an error says in a comment why nobody needs to hear of it.

/** @type {import('eslint').Rule.RuleModule} */
export const swallowedError = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { silent: 'This error is dropped without a word: report it, or say in a comment why nobody needs it.' },
  },
  create(context) {
    const { sourceCode } = context
    /**
     * @param {import('eslint').Rule.Node} node
     * @returns {boolean} whether a comment stands in the node, or right above the statement that it is part of
     */
    const hasComment = (node) => {
      if (sourceCode.getCommentsInside(node).length > 0) return true
      const lines = sourceCode.getAncestors(node).map(({ loc }) => loc?.start.line)
      const starts = new Set([node.loc?.start.line, ...lines.filter((line) => line && line > 1)])
      return sourceCode
        .getAllComments()
        .some(({ loc }) => starts.has((loc?.end.line ?? 0) + 1) || loc?.end.line === node.loc?.end.line)
    }
    /** @param {import('eslint').Rule.Node} node */
    const rethrows = (node) => sourceCode.getText(node).includes('throw ')
    return {
      CatchClause(node) {
        if (!node.param && !rethrows(node) && !hasComment(node)) context.report({ node, messageId: 'silent' })
      },
      /** @param {import('eslint').Rule.Node} node */
      'CallExpression[callee.property.name="catch"] > ArrowFunctionExpression[params.length=0]'(node) {
        if (!rethrows(node) && !hasComment(node)) context.report({ node, messageId: 'silent' })
      },
    }
  },
}
