// Errors of the graph and its differentiation: users see them only after a defect or with an unknown model.
export const graphErrors = {
  'graph/shape': (op: string, why: string) =>
    `The network could not be built: ${op} got shapes that do not match (${why}).`,
  'graph/forward-only': (op: string) =>
    `The gradient reached ${op}, which this studio cannot differentiate. Choose another tuning method.`,
  'graph/unsupported': (op: string, provider: string) =>
    `${provider} cannot compute ${op}. The studio uses the CPU instead.`,
} satisfies Record<string, (...details: never[]) => string>
